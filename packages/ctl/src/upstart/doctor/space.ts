/** Whether a folder can be written, and has room. */
import { accessSync, constants, statfsSync } from 'node:fs';
import { attempt, type Finding, ok, problem, warning } from './finding.ts';

/** With less than this, in bytes or as a part of all, a folder is nearly full. */
const LOW_BYTES = 8 * 1024 * 1024;
const LOW_PART = 0.01;
const MIB = 1024 * 1024;

/** `what` begins the texts: `the folder of logs`. `harm`: what comes of it when it cannot be written. */
export function spaceFindings(what: string, folder: string, harm: string): Finding[] {
  const writable = attempt(() => accessSync(folder, constants.W_OK));
  if ('error' in writable) return [problem(`${what} ${folder} cannot be written: ${writable.error}`, harm)];
  const found = attempt(() => statfsSync(folder));
  if ('error' in found) return [problem(`${what} ${folder} cannot be examined: ${found.error}`, harm)];
  const { bavail, bsize, blocks, ffree, files } = found.value;
  const free = bavail * bsize;
  if (free === 0 || (files > 0 && ffree === 0)) return [problem(`${what} ${folder} is full`, `make room: ${harm}`)];
  const isLow = free < LOW_BYTES || free < blocks * bsize * LOW_PART;
  const text = `${what} ${folder} has ${Math.floor(free / MIB)} MiB left`;
  return [isLow ? warning(text, `make room: ${harm}`) : ok(text)];
}
