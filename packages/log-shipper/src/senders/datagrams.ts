/** Datagrams to a Unix socket, by the helper program unix-datagram. */
import { type ChildProcess, spawn } from 'node:child_process';
import { errnoText } from '@upstart/common';
import { SendError } from './sender.ts';

interface Waiting {
  answered: number;
  readonly wanted: number;
  done(error: SendError | null): void;
}

export class UnixDatagrams {
  readonly #helper: string;
  readonly #path: string;
  #child: ChildProcess | null = null;
  #waiting: Waiting | null = null;

  constructor(helper: string, path: string) {
    this.#helper = helper;
    this.#path = path;
  }

  /** Sends all, in order. One call at a time. Rejects with a `SendError`. */
  send(datagrams: readonly Buffer[]): Promise<void> {
    const child = this.#running();
    return new Promise((resolve, reject) => {
      const done = (error: SendError | null): void => {
        this.#waiting = null;
        if (error === null) resolve();
        else reject(error);
      };
      // The empty frame ends a failure: what is answered behind it belongs to the next call.
      this.#waiting = { answered: 0, wanted: datagrams.length + 1, done };
      child.stdin?.write(Buffer.concat([...datagrams.flatMap((one) => [lengthOf(one), one]), lengthOf(NONE)]));
    });
  }

  close(): void {
    this.#child?.stdin?.end();
    this.#child = null;
  }

  #running(): ChildProcess {
    if (this.#child !== null) return this.#child;
    const child = spawn(this.#helper, [this.#path], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    let failed: { taken: number; errno: number } | null = null;
    child.stdout?.on('data', (answers: Buffer) => {
      for (const errno of answers) {
        const waiting = this.#waiting;
        if (waiting === null) return;
        if (errno !== 0) failed ??= { taken: waiting.answered, errno };
        if (++waiting.answered < waiting.wanted) continue;
        const error = failed === null ? null : new SendError(errnoText(failed.errno), failed);
        failed = null;
        waiting.done(error);
      }
    });
    const ended = (reason: string): void => {
      if (this.#child === child) this.#child = null;
      this.#waiting?.done(new SendError(reason));
    };
    child.stdin?.on('error', () => {});
    child.on('error', (error) => ended(error.message));
    child.on('exit', (code, signal) => ended(`unix-datagram ended with ${signal ?? `status ${code}`}`));
    return child;
  }
}

const NONE = Buffer.alloc(0);

function lengthOf(bytes: Buffer): Buffer {
  // In the byte order of the machine.
  return Buffer.from(Uint32Array.of(bytes.length).buffer);
}
