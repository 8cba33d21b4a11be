/** Which directories are watched, and by whom. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogPriority } from '@upstart/protocol';
import { ConfWatch } from './conf-watch.ts';
import { FsWatch } from './fs-watch.ts';
import { fsPath } from './job-file.ts';
import type { Source } from './source.ts';
import type { WatchEvent, Watcher, WatchListener } from './watcher.ts';

type Wanted = Map<string, 'watch' | 'await'>;

export class Watches {
  readonly #program: string | null;
  readonly #handle: (events: readonly WatchEvent[]) => void;
  readonly #onLog: (level: LogPriority, text: string) => void;
  #watcher: Watcher | null = null;
  /** What the watcher has been asked for. */
  #watched: Wanted = new Map();
  #wanted: Wanted = new Map();

  constructor(
    program: string | null,
    handle: (events: readonly WatchEvent[]) => void,
    onLog: (level: LogPriority, text: string) => void,
  ) {
    this.#program = program;
    this.#handle = handle;
    this.#onLog = onLog;
  }

  /** Watches the directories that sources have by now. `dropped` ones are not the directories that they were. */
  update(sources: readonly Source[], dropped: readonly string[]): void {
    this.#wanted = new Map();
    for (const source of sources) {
      for (const path of source.folders.keys()) this.#wanted.set(path, 'watch');
      if (source.folders.size === 0) this.#wanted.set(nextToAppear(source.directory), 'await');
    }
    for (const path of dropped) this.#end(path);
    this.#ask();
  }

  async settled(): Promise<void> {
    await this.#watcher?.settled();
  }

  close(): void {
    this.#watcher?.close();
  }

  #ask(): void {
    this.#watcher ??= this.#start();
    for (const [path, how] of [...this.#watched]) if (this.#wanted.get(path) !== how) this.#end(path);
    for (const [path, how] of this.#wanted) {
      if (this.#watched.has(path)) continue;
      this.#watched.set(path, how);
      this.#watcher[how](path);
    }
  }

  #end(path: string): void {
    if (this.#watched.delete(path)) this.#watcher?.unwatch(path);
  }

  #start(): Watcher {
    return this.#program === null ? new FsWatch(this.#listener()) : new ConfWatch(this.#program, this.#listener());
  }

  #listener(): WatchListener {
    return {
      events: (events) => {
        // What has gone is not watched any more; if it is there again, it has to be asked for again.
        for (const { kind, path } of events) {
          if (kind === 'lost' || (kind === 'gone' && this.#watched.get(path) === 'await')) this.#end(path);
        }
        this.#handle(events);
      },
      refused: (directory, reason) =>
        this.#onLog('warn', `${directory}: Unable to watch configuration directory: ${reason}`),
      failed: (reason) => {
        this.#onLog('warn', `${this.#program}: Unable to watch configuration with this program: ${reason}`);
        this.#watcher = new FsWatch(this.#listener());
        this.#watched = new Map();
        this.#ask();
      },
    };
  }
}

/** The part of a path that has to appear next: the path itself, or the first directory above it that is missing. */
function nextToAppear(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(fsPath(parent)) ? path : nextToAppear(parent);
}
