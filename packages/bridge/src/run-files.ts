/** Files in which a source keeps what the next one has to know after a crash. They go with a reboot, and mean nothing to another init. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { textOf } from './errors.ts';
import type { SourceContext } from './source.ts';

type Place = Pick<SourceContext, 'isSession' | 'env'>;

/** The path of the file called `name` of this init; null: there is no such place. */
export function runFile({ isSession, env }: Place, name: string): string | null {
  const { UPSTART_SYSTEM_SOCKET_DIR: system, XDG_RUNTIME_DIR: folder, UPSTART_SESSION: session = '' } = env;
  if (!isSession) return join(system || '/run/upstart', `${name}.json`);
  const id = createHash('sha256').update(session).digest('hex').slice(0, 12);
  return folder ? join(folder, 'upstart', `${name}.${id}.json`) : null;
}

/** A small value in such a file. A file of another init, or one that cannot be read, has none. */
export class RunRecord {
  readonly #path: string | null;
  readonly #init: string;
  readonly #log: SourceContext['log'];
  /** What a source before this one, which has not ended in order, has left. */
  readonly left: unknown;
  #isBroken = false;

  constructor(context: Place & Pick<SourceContext, 'initId' | 'log'>, name: string) {
    this.#path = runFile(context, name);
    this.#init = context.initId;
    this.#log = context.log;
    this.left = this.#path === null ? undefined : readValue(this.#path, this.#init);
  }

  write(value: unknown): void {
    if (this.#path === null) return;
    const next = `${this.#path}.${process.pid}`;
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o755 });
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
    if (this.#path !== null) rmSync(this.#path, { force: true });
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
