/** The client of the helper program watcher/conf-watch.c, whose comment describes the protocol. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { decodeText, encodeText, systemErrorText } from '@upstart/protocol';
import { inspect } from './job-file.ts';
import type { WatchEvent, Watcher, WatchListener } from './watcher.ts';

const KINDS: Record<string, WatchEvent['kind']> = {
  '+': 'watching',
  c: 'created',
  w: 'written',
  g: 'gone',
  l: 'lost',
  o: 'missed',
};

const NUL = Buffer.of(0);

/** Milliseconds after which a helper that owes an answer is taken to hang: on a network's file system, say. */
export const HANG_MS = 10_000;

/** Starts the helper. It ends by itself when its stdin is closed, so also when the daemon dies. */
export class ConfWatch implements Watcher {
  readonly #child: ChildProcess;
  readonly #listener: WatchListener;
  readonly #awaited = new Set<string>();
  /** Those who wait for an answer, in the order of the requests. */
  readonly #waiting: (() => void)[] = [];
  readonly #hangMs: number;
  readonly #childChanged = (): void => this.#continue();
  #rest: Buffer = Buffer.alloc(0);
  #over = false;
  #hang: NodeJS.Timeout | undefined;
  /** Whether an answer to what was sent in this turn is asked for already. */
  #asked = false;

  constructor(program: string, listener: WatchListener, hangMs = HANG_MS) {
    this.#listener = listener;
    this.#hangMs = hangMs;
    this.#child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
    this.#child.on('error', (error) => this.#fail(systemErrorText(error), false));
    this.#child.on('exit', (code, signal) => this.#fail(`ended with ${signal ?? `status ${code}`}`, true));
    this.#child.stdin?.on('error', () => undefined); // its end is reported by `exit`
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#receive(chunk));
    process.on('SIGCHLD', this.#childChanged);
  }

  watch(directory: string): void {
    this.#send('+', directory, '');
    this.#expectAnswer();
  }

  await(path: string): void {
    this.#awaited.add(path);
    this.#send('+', dirname(path), basename(path));
    this.#expectAnswer();
  }

  unwatch(path: string): void {
    if (this.#awaited.delete(path)) this.#send('-', dirname(path), basename(path));
    else this.#send('-', path, '');
  }

  settled(): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((resolve) => this.#ask(resolve));
  }

  close(): void {
    this.#end();
    this.#child.stdin?.end();
  }

  #ask(answered: () => void): void {
    this.#waiting.push(answered);
    this.#send('?', '', '');
    this.#hang ??= this.#limit();
  }

  /** Asks for an answer behind the requests of this turn, to notice if there is none. */
  #expectAnswer(): void {
    if (this.#asked) return;
    this.#asked = true;
    queueMicrotask(() => {
      this.#asked = false;
      if (!this.#over) this.#ask(() => undefined);
    });
  }

  #limit(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#child.kill('SIGKILL');
      this.#fail(`did not answer for ${this.#hangMs / 1000} seconds`, true);
    }, this.#hangMs);
  }

  /** A helper that was stopped by a signal is made to go on: it is nobody's to stop. */
  #continue(): void {
    const { pid } = this.#child;
    if (pid === undefined || !isStopped(pid)) return;
    this.#child.kill('SIGCONT');
    this.#listener.hampered('was stopped by a signal and has been continued');
  }

  #send(operation: string, directory: string, name: string): void {
    this.#child.stdin?.write(Buffer.concat([encodeText(operation + directory), NUL, encodeText(name), NUL]));
  }

  #receive(chunk: Buffer): void {
    if (this.#over) return;
    const data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const events: WatchEvent[] = [];
    let answers = 0;
    let start = 0;
    for (let end = data.indexOf(0, start); end >= 0; end = data.indexOf(0, start)) {
      const record = decodeText(data.subarray(start, end));
      const kind = KINDS[record.charAt(0)];
      if (kind !== undefined) events.push({ kind, path: record.slice(1) });
      else if (record === '?') answers++;
      else if (record.startsWith('e')) this.#refuse(record.slice(1));
      start = end + 1;
    }
    this.#rest = data.subarray(start);
    if (events.length > 0) this.#listener.events(events);
    this.#answer(answers);
  }

  #answer(count: number): void {
    if (count === 0) return;
    clearTimeout(this.#hang);
    this.#hang = this.#waiting.length > count ? this.#limit() : undefined;
    for (const resolve of this.#waiting.splice(0, count)) resolve();
  }

  /** `ERRNO PATH` */
  #refuse(record: string): void {
    const errno = -Number.parseInt(record, 10);
    const [code, message] = getSystemErrorMap().get(errno) ?? [];
    const reason = systemErrorText({ errno, code, message: message ?? `error ${-errno}` });
    this.#listener.refused(record.slice(record.indexOf(' ') + 1), reason);
  }

  #fail(reason: string, again: boolean): void {
    if (this.#over) return;
    this.#end();
    this.#listener.failed(reason, again);
  }

  #end(): void {
    this.#over = true;
    process.off('SIGCHLD', this.#childChanged);
    this.#answer(this.#waiting.length);
  }
}

function isStopped(pid: number): boolean {
  const stat = inspect(() => readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? '';
  return stat.charAt(stat.lastIndexOf(')') + 2) === 'T';
}
