/** Notices removals from a folder, without polling. */
import { type FSWatcher, watch } from 'node:fs';

export class RemovalWatch {
  readonly #directory: string;
  readonly #look: () => void;
  #watcher: FSWatcher | null = null;

  /** Calls `look` after an entry of `directory` has appeared or gone, and after the folder itself has gone; `look` may recreate it. */
  constructor(directory: string, look: () => void) {
    this.#directory = directory;
    this.#look = look;
    this.#begin();
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }

  /** Without a watch (`fs.inotify.max_user_instances` is used up), the next write notices removals. */
  #begin(): void {
    this.close();
    try {
      this.#watcher = watch(this.#directory, { persistent: false }, (event) => {
        if (event === 'rename') this.#changed();
      });
      this.#watcher.on('error', () => this.close());
    } catch {
      // As above.
    }
  }

  #changed(): void {
    this.#look();
    // A new folder may have the same path now.
    if (this.#watcher) this.#begin();
  }
}
