/** Reading the logs of jobs: their files, rotated and compressed ones too, lines, and the times of lines. */
export {
  compressedBlocks,
  type Found,
  type Line,
  lastOf,
  lastWanted,
  linesOf,
  linesWith,
  openPart,
  plainBlocks,
} from './lines.ts';
export { fileName, LOG_SUFFIX, type LogFile, nameOfLog, ownerOf } from './names.ts';
export { type LogPart, logOf, partsOf } from './old-files.ts';
export { ALWAYS, bytesOf, LineTimes, type Period } from './times.ts';
