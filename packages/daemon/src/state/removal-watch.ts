/** Notices that something was removed from a folder, without looking at it again and again. */
import { type FSWatcher, watch } from 'node:fs';

export class RemovalWatch {
  readonly #directory: string;
  readonly #look: () => void;
  #watcher: FSWatcher | null = null;

  /** `look` is called after something in `directory` has come or gone, and after the folder itself has gone; it may make it again. */
  constructor(directory: string, look: () => void) {
    this.#directory = directory;
    this.#look = look;
    this.#begin();
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }

  /** Where there is nothing left to watch with (`fs.inotify.max_user_instances`), removals are noticed when something is written next. */
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
    // The folder may be another one now.
    if (this.#watcher) this.#begin();
  }
}
