/** The watched directories, and their watcher. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { inTime } from '@upstart/common';
import type { LogPriority } from '@upstart/protocol';
import { ConfWatch } from './conf-watch.ts';
import { FsWatch } from './fs-watch.ts';
import { fsPath } from './job-file.ts';
import type { Source } from './source.ts';
import type { WatchEvent, Watcher, WatchListener } from './watcher.ts';

/**
 * Milliseconds until watching begins, unless a client was answered before: a starting daemon has more urgent work, and
 * changes meanwhile are found when the first watch rescans the folders.
 */
const BEGIN_AFTER_MS = 200;
/** Milliseconds to wait for an answer to `settled`; then all folders are scanned instead. */
const SETTLE_MS = 1000;
/** Restarts a helper that ends or hangs, at most so often within so many milliseconds; then uses fs.watch. */
const RESTARTS = 3;
const RESTARTS_WITHIN_MS = 60_000;
/** What the kernel has refused (too many watches, as a rule) is asked for again after this. */
const REFUSED_AGAIN_MS = 60_000;

type Wanted = Map<string, 'watch' | 'await'>;

export class Watches {
  readonly #program: string | null;
  readonly #handle: (events: readonly WatchEvent[]) => void;
  readonly #onLog: (level: LogPriority, text: string) => void;
  readonly #onHelper: () => void;
  #watcher: Watcher | null = null;
  #begins: NodeJS.Timeout | undefined;
  #hurries = false;
  /** Requests to the watcher that are in force. */
  #watched: Wanted = new Map();
  #wanted: Wanted = new Map();
  /** When helpers had to be started again lately. */
  #restarts: number[] = [];
  #hampered = false;
  /** Paths whose watch was refused, and that was logged. */
  readonly #refused = new Set<string>();
  #again: NodeJS.Timeout | undefined;

  constructor(
    program: string | null,
    handle: (events: readonly WatchEvent[]) => void,
    onLog: (level: LogPriority, text: string) => void,
    onHelper: () => void,
  ) {
    this.#program = program;
    this.#handle = handle;
    this.#onLog = onLog;
    this.#onHelper = onHelper;
  }

  /** Watches the present directories of the sources. `dropped` ones were replaced by others. */
  update(sources: readonly Source[], dropped: readonly string[]): void {
    this.#wanted = new Map();
    for (const source of sources) {
      for (const path of source.folders.keys()) this.#wanted.set(path, 'watch');
      if (source.folders.size === 0) this.#wanted.set(nextToAppear(source.directory), 'await');
    }
    for (const path of this.#refused) if (!this.#wanted.has(path)) this.#refused.delete(path);
    for (const path of dropped) this.#end(path);
    this.#ask();
  }

  async settled(): Promise<void> {
    if (this.#begins !== undefined) this.#begin();
    const watcher = this.#watcher;
    if (watcher === null) return;
    const hasReported = (await inTime(watcher.settled(), SETTLE_MS)) !== 'late' && watcher === this.#watcher;
    if (!hasReported || this.#refused.size > 0) this.#handle([{ kind: 'missed', path: '' }]);
  }

  /** The first client has been answered: begins to watch. */
  soon(): void {
    if (this.#begins === undefined || this.#hurries) return;
    this.#hurries = true;
    clearTimeout(this.#begins);
    this.#begins = setTimeout(() => this.#begin(), 0);
  }

  close(): void {
    clearTimeout(this.#begins);
    clearTimeout(this.#again);
    this.#begins = undefined;
    this.#watcher?.close();
  }

  #begin(): void {
    clearTimeout(this.#begins);
    this.#begins = undefined;
    this.#watcher = this.#start();
    this.#ask();
  }

  #ask(): void {
    if (this.#watcher === null) {
      this.#begins ??= setTimeout(() => this.#begin(), BEGIN_AFTER_MS);
      return;
    }
    for (const [path, how] of [...this.#watched]) if (this.#wanted.get(path) !== how) this.#end(path);
    for (const [path, how] of this.#wanted) {
      if (this.#watched.has(path)) continue;
      this.#watched.set(path, how);
      this.#watcher[how](path);
    }
  }

  #askAgain(): void {
    this.#again = undefined;
    this.#ask();
  }

  #end(path: string): void {
    if (this.#watched.delete(path)) this.#watcher?.unwatch(path);
  }

  #start(): Watcher {
    if (this.#program === null) return new FsWatch(this.#listener());
    const helper = new ConfWatch(this.#program, this.#listener());
    this.#onHelper();
    return helper;
  }

  #listener(): WatchListener {
    return {
      events: (events) => {
        // A directory that has gone is not watched any more; if it comes back, it has to be requested again.
        for (const { kind, path } of events) {
          this.#refused.delete(path);
          if (kind === 'lost' || (kind === 'gone' && this.#watched.get(path) === 'await')) this.#end(path);
        }
        this.#handle(events);
      },
      refused: (path, directory, reason) => {
        if (!this.#refused.has(path))
          this.#onLog('warn', `${directory}: Unable to watch configuration directory: ${reason}`);
        this.#refused.add(path);
        this.#watched.delete(path);
        this.#again ??= setTimeout(() => this.#askAgain(), REFUSED_AGAIN_MS);
      },
      hampered: (reason) => {
        if (!this.#hampered)
          this.#onLog('warn', `${this.#program}: This program, which watches configuration, ${reason}`);
        this.#hampered = true;
      },
      failed: (reason, again) => {
        const anew = again && this.#mayRestart();
        this.#onLog(
          'warn',
          anew
            ? `${this.#program}: This program, which watches configuration, ${reason}; it is started again`
            : `${this.#program}: Unable to watch configuration with this program: ${reason}`,
        );
        this.#watcher = anew ? this.#start() : new FsWatch(this.#listener());
        // Each folder is read again once it is watched again.
        this.#watched = new Map();
        this.#ask();
      },
    };
  }

  #mayRestart(): boolean {
    const nowMs = performance.now();
    this.#restarts = [...this.#restarts.filter((at) => nowMs - at < RESTARTS_WITHIN_MS), nowMs];
    return this.#restarts.length <= RESTARTS;
  }
}

/** The part of a path that has to appear next: the path itself, or the first directory above it that is missing. */
function nextToAppear(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(fsPath(parent)) ? path : nextToAppear(parent);
}
