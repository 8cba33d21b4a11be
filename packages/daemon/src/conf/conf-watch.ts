/** The client of the helper program watcher/conf-watch.c, whose comment describes the protocol. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { basename, dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { decodeText, encodeText, systemErrorText } from '@upstart/common';
import { inspect } from './job-file.ts';
import type { WatchEvent, Watcher, WatchListener } from './watcher.ts';

/** The part of linux/inotify.h that is used. */
const IN = {
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
/** Several paths can lead to one folder, so the helper adds the events of each path to those of the others. */
const NAMES = IN.create | IN.delete | IN.movedFrom | IN.movedTo | IN.moveSelf | IN.onlyDirectories | IN.maskAdd;
const ENTRIES = NAMES | IN.closeWrite;

/** struct inotify_event: wd, mask, cookie and the length of the name behind them, four bytes each. */
const HEADER = 16;
const IS_LITTLE = endianness() === 'LE';

/** The request: everything in `directory`, or only its entry `name`. */
interface Watch {
  readonly path: string;
  readonly directory: string;
  readonly name: string | null;
  /** The kernel's id for it; null until the helper has answered. */
  descriptor: number | null;
}

/** A helper that does not answer within so many milliseconds hangs, for instance on a network file system. */
export const HANG_MS = 10_000;

/** Starts the helper. It ends by itself when its stdin is closed, so also when the daemon dies. */
export class ConfWatch implements Watcher {
  readonly #child: ChildProcess;
  readonly #listener: WatchListener;
  readonly #byPath = new Map<string, Watch>();
  readonly #byDescriptor = new Map<number, Watch[]>();
  /** Callers that wait for an answer, in the order of the requests: its number is a descriptor, or a negative error number. */
  readonly #waiting: ((answer: number) => void)[] = [];
  readonly #hangMs: number;
  readonly #childChanged = (): void => this.#continue();
  #rest: Buffer = Buffer.alloc(0);
  /** Events of the chunk that is being read. */
  #events: WatchEvent[] = [];
  #over = false;
  #hang: NodeJS.Timeout | undefined;

  constructor(program: string, listener: WatchListener, hangMs = HANG_MS) {
    this.#listener = listener;
    this.#hangMs = hangMs;
    this.#child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
    this.#child.on('error', (error) => this.#fail(systemErrorText(error), false));
    this.#child.on('close', (code, signal) => this.#fail(`ended with ${signal ?? `status ${code}`}`, true));
    this.#child.stdin?.on('error', () => undefined); // its end is reported by `close`
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#receive(chunk));
    process.on('SIGCHLD', this.#childChanged);
  }

  watch(directory: string): void {
    this.#add({ path: directory, directory, name: null, descriptor: null });
  }

  await(path: string): void {
    this.#add({ path, directory: dirname(path), name: basename(path), descriptor: null });
  }

  unwatch(path: string): void {
    const watch = this.#byPath.get(path);
    this.#byPath.delete(path);
    if (watch?.descriptor != null) this.#leave(watch, watch.descriptor);
  }

  settled(): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((resolve) => this.#send('?', () => resolve()));
  }

  close(): void {
    this.#end();
    this.#child.stdin?.end();
  }

  #add(watch: Watch): void {
    this.#byPath.set(watch.path, watch);
    const request = `+${watch.name === null ? ENTRIES : NAMES} ${watch.directory || '/'}`;
    this.#send(request, (answer) => this.#added(watch, answer));
  }

  #added(watch: Watch, answer: number): void {
    const { path, directory, name } = watch;
    if (answer > 0) {
      const others = this.#byDescriptor.get(answer) ?? [];
      this.#byDescriptor.set(answer, [...others, watch]);
      watch.descriptor = answer;
      // The helper may have ended meanwhile.
      if (this.#byPath.get(path) === watch) this.#tell(name === null ? 'watching' : 'created', path);
      else this.#leave(watch, answer);
      return;
    }
    if (this.#byPath.get(path) !== watch) return;
    this.#byPath.delete(path);
    const [code, message] = getSystemErrorMap().get(answer) ?? [];
    if (code === 'ENOENT' || code === 'ENOTDIR') this.#tellLost(watch);
    else
      this.#listener.refused(
        directory,
        systemErrorText({ errno: answer, code, message: message ?? `error ${-answer}` }),
      );
  }

  #leave(watch: Watch, descriptor: number): void {
    const others = (this.#byDescriptor.get(descriptor) ?? []).filter((other) => other !== watch);
    if (others.length > 0) this.#byDescriptor.set(descriptor, others);
    else if (this.#byDescriptor.delete(descriptor)) this.#send(`-${descriptor}`);
  }

  #send(request: string, answered: (answer: number) => void = () => undefined): void {
    if (this.#over) return;
    this.#waiting.push(answered);
    this.#hang ??= this.#limit();
    const { stdin } = this.#child;
    // Sends the requests of one turn together: each piece would wake the helper.
    if (stdin?.writableCorked === 0) {
      stdin.cork();
      process.nextTick(() => stdin.uncork());
    }
    stdin?.write(Buffer.concat([encodeText(request), Buffer.of(0)]));
  }

  #limit(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#child.kill('SIGKILL');
      this.#fail(`did not answer for ${this.#hangMs / 1000} seconds`, true);
    }, this.#hangMs);
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
      const descriptor = view.getInt32(at, IS_LITTLE);
      const mask = view.getUint32(at + 4, IS_LITTLE);
      const [name] = decodeText(data.subarray(at + HEADER, end)).split('\0', 1);
      if (mask === 0) this.#answer(descriptor);
      else this.#take(descriptor, mask, name ?? '');
    }
    this.#rest = data.subarray(at);
    const events = this.#events;
    this.#events = [];
    if (events.length > 0) this.#listener.events(events);
  }

  #answer(number: number): void {
    clearTimeout(this.#hang);
    this.#waiting.shift()?.(number);
    this.#hang = this.#waiting.length > 0 ? this.#limit() : undefined;
  }

  #take(descriptor: number, mask: number, name: string): void {
    if (mask & IN.queueOverflow) this.#tell('missed', '');
    const watches = this.#byDescriptor.get(descriptor);
    if (watches === undefined) return;
    if (mask & (IN.moveSelf | IN.ignored)) {
      // The paths that led there lead elsewhere from now on.
      this.#byDescriptor.delete(descriptor);
      if (mask & IN.moveSelf) this.#send(`-${descriptor}`);
      for (const watch of watches) this.#tellLost(watch);
      return;
    }
    if (name === '') return;
    const kind = mask & (IN.closeWrite | IN.movedTo) ? 'written' : mask & IN.create ? 'created' : 'gone';
    for (const watch of watches) {
      if (watch.name === null) this.#tell(kind, `${watch.directory}/${name}`);
      else if (watch.name === name) this.#tell(kind, watch.path);
    }
  }

  #tell(kind: WatchEvent['kind'], path: string): void {
    this.#events.push({ kind, path });
  }

  #tellLost(watch: Watch): void {
    this.#byPath.delete(watch.path);
    this.#tell(watch.name === null ? 'lost' : 'gone', watch.path);
  }

  #fail(reason: string, again: boolean): void {
    if (this.#over) return;
    this.#end();
    this.#listener.failed(reason, again);
  }

  #end(): void {
    this.#over = true;
    process.off('SIGCHLD', this.#childChanged);
    clearTimeout(this.#hang);
    this.#byPath.clear();
    for (const answered of this.#waiting.splice(0)) answered(0);
  }
}

function isStopped(pid: number): boolean {
  const stat = inspect(() => readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? '';
  return stat.charAt(stat.lastIndexOf(')') + 2) === 'T';
}
