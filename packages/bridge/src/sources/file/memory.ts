/**
 * What has been reported, so that the source after a crash neither repeats nor loses anything (reference: bridges §4.4). It is a log of
 * changes in a file, which is written anew when most of it has been overtaken.
 */
import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { textOf } from '../../errors.ts';
import { type RunContext, runFile } from '../../run-files.ts';

/** What is remembered of a file: as in `Looked`. */
export interface Remembered {
  readonly id: string;
  readonly stamp: string;
}

/** A line of the file: of something that is there or has gone, or of a condition that has been answered or is no more. */
type Line = ['+', path: string, id: string, stamp: string] | ['-', path: string] | ['job' | 'gone', key: string];

/** So many lines may have been overtaken, besides as many as count. */
const MAX_OVERTAKEN = 1000;

export class Memory {
  readonly #path: string;
  readonly #init: string;
  readonly #log: RunContext['log'];
  readonly #files = new Map<string, Remembered>();
  readonly #conditions = new Set<string>();
  /** What the source before this one has left and this one has not met yet. */
  readonly #left: Map<string, Remembered>;
  readonly #leftConditions: ReadonlySet<string>;
  #file: number | null = null;
  #lines = 0;
  #isBroken = false;

  constructor(context: RunContext) {
    this.#path = runFile(context, 'files');
    this.#init = context.initId;
    this.#log = context.log;
    this.#read();
    this.#left = new Map(this.#files);
    this.#leftConditions = new Set(this.#conditions);
  }

  /** What the source before this one knew of it, once. */
  recall(path: string): Remembered | undefined {
    const found = this.#left.get(path);
    this.#left.delete(path);
    return found;
  }

  /** The paths that have not been met. */
  takeLeft(): string[] {
    const paths = [...this.#left.keys()];
    this.#left.clear();
    return paths;
  }

  /** Whether the source before this one has answered the condition. */
  wasAnswered(condition: string): boolean {
    return this.#leftConditions.has(condition);
  }

  is(path: string, { id, stamp }: Remembered): void {
    const before = this.#files.get(path);
    if (before?.id === id && before.stamp === stamp) return;
    this.#files.set(path, { id, stamp });
    this.#append(['+', path, id, stamp]);
  }

  isNot(path: string): void {
    if (this.#files.delete(path)) this.#append(['-', path]);
  }

  answered(condition: string): void {
    if (this.#conditions.has(condition)) return;
    this.#conditions.add(condition);
    this.#append(['job', condition]);
  }

  dropped(condition: string): void {
    if (this.#conditions.delete(condition)) this.#append(['gone', condition]);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.#isBroken = true;
  }

  #read(): void {
    let lines: string[];
    try {
      lines = readFileSync(this.#path, 'utf8').split('\n');
    } catch {
      return;
    }
    if (lines.shift() !== this.#header) return;
    // The last one may be torn.
    for (const line of lines.slice(0, -1)) {
      try {
        this.#take(JSON.parse(line) as Line);
      } catch {
        return;
      }
    }
  }

  get #header(): string {
    return JSON.stringify({ init: this.#init });
  }

  #take([kind, key, id, stamp]: Line): void {
    if (kind === '+' && id !== undefined && stamp !== undefined) this.#files.set(key, { id, stamp });
    else if (kind === '-') this.#files.delete(key);
    else if (kind === 'job') this.#conditions.add(key);
    else this.#conditions.delete(key);
  }

  #append(line: Line): void {
    if (this.#isBroken) return;
    try {
      const count = this.#files.size + this.#conditions.size;
      if (this.#file === null || this.#lines > 2 * count + MAX_OVERTAKEN) this.#rewrite();
      else {
        writeSync(this.#file, `${JSON.stringify(line)}\n`);
        this.#lines += 1;
      }
    } catch (error) {
      // Without it the next source begins anew.
      this.#log.warn(`Unable to write ${this.#path}: ${textOf(error)}`);
      this.close();
    }
  }

  #rewrite(): void {
    const lines: Line[] = [];
    for (const [path, { id, stamp }] of this.#files) lines.push(['+', path, id, stamp]);
    for (const condition of this.#conditions) lines.push(['job', condition]);
    const next = `${this.#path}.${process.pid}`;
    const file = openSync(next, 'w', 0o600);
    writeSync(file, [this.#header, ...lines.map((line) => JSON.stringify(line)), ''].join('\n'));
    renameSync(next, this.#path);
    if (this.#file !== null) closeSync(this.#file);
    this.#file = file;
    this.#lines = lines.length;
  }
}
