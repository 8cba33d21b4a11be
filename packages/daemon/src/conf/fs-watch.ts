/**
 * Watching with Node alone. It cannot see that a file has been closed after writing, so a file counts as written once
 * nothing has happened for a moment.
 */
import { type FSWatcher, lstatSync, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { systemErrorText } from '@upstart/common';
import { isAbsent } from './file-errors.ts';
import { fsPath, inspect } from './job-file.ts';
import type { WatchEvent, Watcher, WatchListener } from './watcher.ts';

/** How long nothing must happen before events are reported, and the longest delay of an event. */
const QUIET_MS = 20;
const MAX_DELAY_MS = 60;

interface Watched {
  watcher: FSWatcher;
  directory: string;
  inode: number | null;
}

export class FsWatch implements Watcher {
  readonly #listener: WatchListener;
  readonly #watched = new Map<string, Watched>();
  /** Changes by path. */
  readonly #pending = new Map<string, WatchEvent['kind']>();
  #timer: NodeJS.Timeout | null = null;
  #firstPendingMs = 0;

  constructor(listener: WatchListener) {
    this.#listener = listener;
  }

  watch(directory: string): void {
    const changed = (name: string | null) => {
      if (name === null || name.includes('\uFFFD')) this.#note('', 'missed');
      else this.#note(`${directory}/${name}`, 'written');
    };
    if (this.#start(directory, directory, changed)) this.#note(directory, 'watching');
  }

  await(path: string): void {
    const name = basename(path);
    const directory = dirname(path);
    // A directory that goes or moves reports its own name.
    const ofInterest = new Set([null, name, basename(directory)]);
    const changed = (changedName: string | null) => {
      if (ofInterest.has(changedName)) this.#note(path, 'created');
    };
    if (this.#start(path, directory, changed)) this.#note(path, 'created');
  }

  unwatch(path: string): void {
    this.#watched.get(path)?.watcher.close();
    this.#watched.delete(path);
  }

  /** Pending events of the kernel arrive with the next turn of the event loop. */
  async settled(): Promise<void> {
    await setImmediate();
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#flush();
  }

  close(): void {
    for (const path of [...this.#watched.keys()]) this.unwatch(path);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #start(key: string, directory: string, changed: (name: string | null) => void): boolean {
    try {
      const watcher = watch(fsPath(directory), (_type, name) => changed(name));
      watcher.on('error', () => this.#note('', 'missed'));
      this.#watched.set(key, { watcher, directory, inode: inodeOf(directory) });
      return true;
    } catch (error) {
      if (isAbsent(error)) this.#note(key, key === directory ? 'lost' : 'gone');
      else this.#listener.refused(key, directory, systemErrorText(error));
      return false;
    }
  }

  #note(path: string, kind: WatchEvent['kind']): void {
    if (this.#pending.size === 0) this.#firstPendingMs = performance.now();
    this.#pending.set(path, kind);
    if (this.#timer !== null && performance.now() - this.#firstPendingMs > MAX_DELAY_MS - QUIET_MS) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), QUIET_MS);
  }

  #flush(): void {
    this.#timer = null;
    const events = [...this.#pending].map(([path, kind]): WatchEvent => {
      const exists = kind !== 'written' || inspect(() => lstatSync(fsPath(path))) !== null;
      return { path, kind: exists ? kind : 'gone' };
    });
    this.#pending.clear();
    for (const [key, { directory, inode }] of [...this.#watched]) {
      if (inodeOf(directory) === inode) continue;
      this.unwatch(key);
      events.push({ path: key, kind: key === directory ? 'lost' : 'gone' });
    }
    this.#listener.events(events);
  }
}

function inodeOf(directory: string): number | null {
  return inspect(() => statSync(fsPath(directory)).ino);
}
