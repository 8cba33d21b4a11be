/**
 * The client of the helper program conf-watch (packages/daemon/watcher), whose comment describes the protocol: inotify, which Node has only
 * in parts. Node cannot see that a file has been closed after writing.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { Patience } from './patience.ts';
import { systemErrorText } from './system-error.ts';
import { decodeText, encodeText } from './text.ts';

/** The part of linux/inotify.h that is used. */
export const IN = {
  closeWrite: 0x8,
  movedFrom: 0x40,
  movedTo: 0x80,
  create: 0x100,
  delete: 0x200,
  moveSelf: 0x800,
  queueOverflow: 0x4000,
  ignored: 0x8000,
  onlyDirectories: 0x0100_0000,
  maskAdd: 0x2000_0000,
};

/** struct inotify_event: wd, mask, cookie and the length of the name behind them, four bytes each. */
const HEADER = 16;
const IS_LITTLE = endianness() === 'LE';

/** A helper that does not answer within so many milliseconds hangs, for instance on a network file system. */
export const HANG_MS = 10_000;

export interface InotifyListener {
  /** The kernel's event: the id of the watch, IN_ bits, and the name in the folder, or nothing. */
  event(watch: number, mask: number, name: string): void;
  /** All events of one piece of the helper's output have been reported. */
  batchEnded?(): void;
  /** The helper was hampered and continues. */
  hampered(what: string): void;
  /** The helper has ended or hangs. `again`: starting another one may help. */
  failed(reason: string, again: boolean): void;
}

/** Starts the helper. It ends by itself when its stdin is closed, so also when this process dies. */
export class Inotify {
  readonly #child: ChildProcess;
  readonly #listener: InotifyListener;
  /** Callers that wait for an answer, in the order of the requests: its number is that of a watch, or a negative error number. */
  readonly #waiting: ((answer: number) => void)[] = [];
  readonly #hangMs: number;
  readonly #childChanged = (): void => this.#continue();
  #rest: Buffer = Buffer.alloc(0);
  #over = false;
  #isPaused = false;
  #hang: Patience | undefined;

  constructor(program: string, listener: InotifyListener, hangMs = HANG_MS) {
    this.#listener = listener;
    this.#hangMs = hangMs;
    this.#child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
    this.#child.on('error', (error) => this.#fail(systemErrorText(error), false));
    this.#child.on('close', (code, signal) => this.#fail(`ended with ${signal ?? `status ${code}`}`, true));
    this.#child.stdin?.on('error', () => undefined); // its end is reported by `close`
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#receive(chunk));
    process.on('SIGCHLD', this.#childChanged);
  }

  /** Watches `path` for events of `mask`. The answer is the number of the watch, or an error number as a negative. */
  add(path: string, mask: number, answered: (answer: number) => void): void {
    this.#send(`+${mask} ${path}`, answered);
  }

  remove(watch: number): void {
    this.#send(`-${watch}`);
  }

  /** Calls back when everything that has happened so far has been reported, or when the helper has ended. */
  settled(done: () => void): void {
    if (this.#over) done();
    else this.#send('?', done);
  }

  /** Reads nothing of the helper until `resume`: what happens meanwhile waits in the kernel, which drops it when it is too much. */
  pause(): void {
    this.#isPaused = true;
    this.#child.stdout?.pause();
    this.#limitAnswer();
  }

  resume(): void {
    this.#isPaused = false;
    this.#child.stdout?.resume();
    this.#limitAnswer();
  }

  close(): void {
    this.#stop();
    this.#answerRest();
    this.#child.stdin?.end();
  }

  #send(request: string, answered: (answer: number) => void = () => undefined): void {
    if (this.#over) return;
    this.#waiting.push(answered);
    if (this.#hang === undefined) this.#limitAnswer();
    const { stdin } = this.#child;
    // Sends the requests of one turn together: each piece would wake the helper.
    if (stdin?.writableCorked === 0) {
      stdin.cork();
      process.nextTick(() => stdin.uncork());
    }
    stdin?.write(Buffer.concat([encodeText(request), Buffer.of(0)]));
  }

  /** Begins the time within which the next answer has to come, if one is to come. */
  #limitAnswer(): void {
    this.#hang?.end();
    this.#hang = this.#waiting.length > 0 && !this.#isPaused ? this.#limit() : undefined;
  }

  #limit(): Patience {
    return new Patience(this.#hangMs, () => {
      this.#child.kill('SIGKILL');
      this.#fail(`did not answer for ${this.#hangMs / 1000} seconds`, true);
    });
  }

  /** Continues a helper that a signal has stopped: no other process may stop it. */
  #continue(): void {
    const { pid } = this.#child;
    if (pid === undefined || !isStopped(pid)) return;
    this.#child.kill('SIGCONT');
    this.#listener.hampered('was stopped by a signal and has been continued');
  }

  #receive(chunk: Buffer): void {
    if (this.#over) return;
    const data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    let at = 0;
    for (let end = 0; data.length - at >= HEADER; at = end) {
      end = at + HEADER + view.getUint32(at + 12, IS_LITTLE);
      if (end > data.length) break;
      const watch = view.getInt32(at, IS_LITTLE);
      const mask = view.getUint32(at + 4, IS_LITTLE);
      const [name] = decodeText(data.subarray(at + HEADER, end)).split('\0', 1);
      if (mask === 0) this.#answer(watch);
      else this.#listener.event(watch, mask, name ?? '');
    }
    this.#rest = data.subarray(at);
    this.#listener.batchEnded?.();
  }

  #answer(number: number): void {
    const answered = this.#waiting.shift();
    this.#limitAnswer();
    answered?.(number);
  }

  #fail(reason: string, again: boolean): void {
    if (this.#over) return;
    this.#stop();
    this.#listener.failed(reason, again);
    this.#answerRest();
  }

  #stop(): void {
    this.#over = true;
    process.off('SIGCHLD', this.#childChanged);
    this.#hang?.end();
  }

  #answerRest(): void {
    for (const answered of this.#waiting.splice(0)) answered(0);
  }
}

/** The name and the text of an answer that is an error. */
export function inotifyError(answer: number): { code: string | undefined; text: string } {
  const [code, message] = getSystemErrorMap().get(answer) ?? [];
  return { code, text: systemErrorText({ errno: answer, code, message: message ?? `error ${-answer}` }) };
}

function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'T';
  } catch {
    return false;
  }
}
