/** Where an error was thrown, in the sources: by the source maps beside the program, which are only read then. */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** A line of a stack, and what it says: `    at Engine.apply (file:///…/daemon-main.js:12:345)` */
const FRAME = /^ {4}at (?:(?:async )?(.*?) (?:\[as .*?\] )?\()?(?:file:\/\/)?(\/.*?):(\d+):(\d+)\)?$/;

export interface SourceFrame {
  /** The function; empty at the top of a module. */
  readonly name: string;
  /** `engine/environment/expand.ts:65`, below the folder of sources. */
  readonly place: string;
}

/** The maps that were read, by the program's files; null where there is none. */
type Maps = Map<string, SourceMap | null>;

/** The frame in a line of a stack; null if the line has none. `maps` keeps what was read for the next line. */
export function sourceFrame(line: string, maps: Maps): SourceFrame | null {
  const [, name = '', file, row, column] = FRAME.exec(line) ?? [];
  return file === undefined ? null : { name, place: placeOf(maps, file, Number(row), Number(column)) };
}

function placeOf(maps: Maps, file: string, row: number, column: number): string {
  if (!maps.has(file)) maps.set(file, readMap(file));
  const entry = maps.get(file)?.findEntry(row - 1, column - 1);
  const source = entry && 'originalSource' in entry ? entry : undefined;
  if (!source) return `${short(file)}:${row}:${column}`;
  return `${short(source.originalSource)}:${source.originalLine + 1}`;
}

/** A start-up snapshot has the name of the file that it was made from: its map is beside the program that runs now. */
function readMap(file: string): SourceMap | null {
  const path = decodeURI(file);
  for (const folder of [dirname(path), dirname(process.argv[1] ?? '')]) {
    try {
      return new SourceMap(JSON.parse(readFileSync(`${join(folder, basename(path))}.map`, 'utf8')));
    } catch {
      // The next folder; without a map the place in the program itself is named.
    }
  }
  return null;
}

/** The path below the folder of sources. */
function short(path: string): string {
  return path.replace(/^.*\/(?:src|node_modules|lib\/upstart)\//, '');
}
