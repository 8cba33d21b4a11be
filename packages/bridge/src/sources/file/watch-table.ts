/** The kernel's watches of folders: several paths may lead to one folder, and so to one watch. */
import type { Folder } from './folder.ts';

/** The kernel's watches, as `Inotify` has them. */
export interface Watches {
  add(path: string, mask: number, answered: (answer: number) => void): void;
  remove(watch: number): void;
  settled(done: () => void): void;
}

export class WatchTable {
  readonly #byWatch = new Map<number, Set<Folder>>();
  /** Watches that the kernel has been asked to end, until it says that they have ended. */
  readonly #ending = new Set<number>();
  readonly #idlers: (() => void)[] = [];
  #watches: Watches;
  /** Requests that are not answered. */
  #outstanding = 0;

  constructor(watches: Watches) {
    this.#watches = watches;
  }

  /** All watches are lost; requests go to `watches` from now on. */
  replace(watches: Watches): void {
    this.#watches = watches;
    for (const folders of this.#byWatch.values()) for (const folder of folders) forget(folder);
    this.#byWatch.clear();
    this.#ending.clear();
  }

  /** The folders of a watch. */
  foldersOf(watch: number): Folder[] {
    return [...(this.#byWatch.get(watch) ?? [])];
  }

  /**
   * Has the folder watched for `mask` and what has been asked for before. `answered` gets the number of the watch, or an error number as a
   * negative; the watch is the folder's when it says so by `enter`.
   */
  ask(folder: Folder, mask: number, answered: (answer: number, asked: number) => void): void {
    // The request under way is carried out after all events that have come so far.
    if (folder.isGone || (folder.isAsking && (folder.mask | mask) === folder.mask)) return;
    const asked = folder.mask | mask;
    folder.mask = asked;
    folder.isAsking = true;
    this.#count(1);
    this.#watches.add(folder.path, asked, (answer) => {
      folder.isAsking = false;
      if (folder.isGone) this.#leave(answer);
      // Carried out before the end of that watch, which was another path's: the next answer is a new one.
      else if (this.#ending.has(answer)) this.ask(folder, asked, answered);
      else answered(answer, asked);
      this.#count(-1);
    });
  }

  enter(folder: Folder, watch: number, mask: number): void {
    folder.watch = watch;
    folder.mask |= mask;
    this.#byWatch.set(watch, (this.#byWatch.get(watch) ?? new Set()).add(folder));
  }

  /** The folder needs its watch no more. */
  unwatch(folder: Folder): void {
    const { watch } = folder;
    forget(folder);
    if (watch === null) return;
    this.#byWatch.get(watch)?.delete(folder);
    this.#leave(watch);
  }

  /** The watch has ended, or is of a folder that has moved. */
  end(watch: number, isMoved: boolean): void {
    for (const folder of this.foldersOf(watch)) forget(folder);
    this.#byWatch.delete(watch);
    if (isMoved) this.#remove(watch);
    else this.#ending.delete(watch);
  }

  /** Calls back when everything that has happened so far has been reported. */
  settled(done: () => void): void {
    this.#count(1);
    this.#watches.settled(() => {
      done();
      this.#count(-1);
    });
  }

  /** Resolves when every request is answered. */
  idle(): Promise<void> {
    if (this.#outstanding === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idlers.push(resolve));
  }

  /** Ends a watch that no folder has. */
  #leave(watch: number): void {
    if (watch <= 0 || (this.#byWatch.get(watch)?.size ?? 0) > 0) return;
    this.#byWatch.delete(watch);
    this.#remove(watch);
  }

  #remove(watch: number): void {
    if (this.#ending.has(watch)) return;
    this.#ending.add(watch);
    this.#watches.remove(watch);
  }

  #count(more: 1 | -1): void {
    this.#outstanding += more;
    if (this.#outstanding === 0) for (const resolve of this.#idlers.splice(0)) resolve();
  }
}

function forget(folder: Folder): void {
  folder.watch = null;
  folder.mask = 0;
}
