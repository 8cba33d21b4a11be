/** The client of the helper program watcher/conf-watch.c, whose comment describes the protocol. */
import { type ChildProcess, spawn } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { decodeText, encodeText, systemErrorText } from '@upstart/protocol';
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

/** Starts the helper. It ends by itself when its stdin is closed, so also when the daemon dies. */
export class ConfWatch implements Watcher {
  readonly #child: ChildProcess;
  readonly #listener: WatchListener;
  readonly #awaited = new Set<string>();
  /** Those who wait for an answer, in the order of the requests. */
  readonly #waiting: (() => void)[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #over = false;

  constructor(program: string, listener: WatchListener) {
    this.#listener = listener;
    this.#child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
    this.#child.on('error', (error) => this.#fail(systemErrorText(error)));
    this.#child.on('exit', (code, signal) => this.#fail(`ended with ${signal ?? `status ${code}`}`));
    this.#child.stdin?.on('error', () => undefined); // its end is reported by `exit`
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  watch(directory: string): void {
    this.#send('+', directory, '');
  }

  await(path: string): void {
    this.#awaited.add(path);
    this.#send('+', dirname(path), basename(path));
  }

  unwatch(path: string): void {
    if (this.#awaited.delete(path)) this.#send('-', dirname(path), basename(path));
    else this.#send('-', path, '');
  }

  settled(): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#send('?', '', '');
    });
  }

  close(): void {
    this.#over = true;
    this.#child.stdin?.end();
    this.#answer(this.#waiting.length);
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
    for (const resolve of this.#waiting.splice(0, count)) resolve();
  }

  /** `ERRNO PATH` */
  #refuse(record: string): void {
    const errno = -Number.parseInt(record, 10);
    const [code, message] = getSystemErrorMap().get(errno) ?? [];
    const reason = systemErrorText({ errno, code, message: message ?? `error ${-errno}` });
    this.#listener.refused(record.slice(record.indexOf(' ') + 1), reason);
  }

  #fail(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.failed(reason);
    this.#answer(this.#waiting.length);
  }
}
