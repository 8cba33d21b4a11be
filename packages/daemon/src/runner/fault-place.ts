/** Where an error was thrown, on one line that can be read: by the source map of the program, which is only looked at then. */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** How many callers are named. */
const MAX_FRAMES = 6;
/** How much of a message is shown. */
const MAX_MESSAGE = 300;

/** `    at Engine.apply (file:///…/daemon-main.js:12:345)` */
const FRAME = /^ {4}at (?:(?:async )?(.*?) (?:\[as .*?\] )?\()?(?:file:\/\/)?(\/.*?):(\d+):(\d+)\)?$/;

/** `RangeError: Invalid string length` */
export function faultReason(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const text = `${name}: ${message}`.replace(/\s+/g, ' ');
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE - 1)}…`;
}

/** `in until (engine/environment/expand.ts:65), run (engine/environment/expand.ts:58), …`; '' if nothing is known. */
export function faultPlace(error: unknown): string {
  const maps = new Map<string, SourceMap | null>();
  const frames = (error instanceof Error ? (error.stack ?? '') : '').split('\n').flatMap((line) => {
    const [, name = '', file, row, column] = FRAME.exec(line) ?? [];
    if (file === undefined) return [];
    return [`${name === '' ? 'top level' : name} (${placeOf(maps, file, Number(row), Number(column))})`];
  });
  return frames.length === 0 ? '' : `in ${frames.slice(0, MAX_FRAMES).join(', ')}`;
}

/** `engine/environment/expand.ts:65` */
function placeOf(maps: Map<string, SourceMap | null>, file: string, row: number, column: number): string {
  if (!maps.has(file)) maps.set(file, readMap(file));
  const entry = maps.get(file)?.findEntry(row - 1, column - 1);
  const source = entry && 'originalSource' in entry ? entry : undefined;
  if (!source) return `${short(file)}:${row}:${column}`;
  return `${short(source.originalSource)}:${source.originalLine + 1}`;
}

function readMap(file: string): SourceMap | null {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(`file://${file}`)}.map`, 'utf8')));
  } catch {
    return null;
  }
}

/** The path below the folder of sources. */
function short(path: string): string {
  return path.replace(/^.*\/(?:src|lib\/upstart)\//, '');
}
