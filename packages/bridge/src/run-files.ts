/** Files in which a source keeps what the next one has to know after a crash. They lie beside init's control socket, and go with it. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { textOf } from './errors.ts';
import type { SourceContext } from './source.ts';

export type RunContext = Pick<SourceContext, 'runFolder' | 'initId' | 'log'>;

/** The path of the file called `name`. */
export function runFile({ runFolder }: Pick<RunContext, 'runFolder'>, name: string): string {
  return join(runFolder, `${name}.json`);
}

/** A small value in such a file. A file of another init, or one that cannot be read, has none. */
export class RunRecord {
  readonly #path: string;
  readonly #init: string;
  readonly #log: RunContext['log'];
  /** What a source before this one, which has not ended in order, has left. */
  readonly left: unknown;
  #isBroken = false;

  constructor(context: RunContext, name: string) {
    this.#path = runFile(context, name);
    this.#init = context.initId;
    this.#log = context.log;
    this.left = readValue(this.#path, this.#init);
  }

  write(value: unknown): void {
    const next = `${this.#path}.${process.pid}`;
    try {
      writeFileSync(next, JSON.stringify({ init: this.#init, value }), { mode: 0o600 });
      renameSync(next, this.#path);
      this.#isBroken = false;
    } catch (error) {
      if (!this.#isBroken) this.#log.warn(`Unable to write ${this.#path}: ${textOf(error)}`);
      this.#isBroken = true;
    }
  }

  /** The source ends in order. */
  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

function readValue(path: string, init: string): unknown {
  try {
    const { init: of, value } = JSON.parse(readFileSync(path, 'utf8')) as { init?: unknown; value?: unknown };
    return of === init ? value : undefined;
  } catch {
    return undefined;
  }
}
