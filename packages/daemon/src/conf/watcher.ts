/** Watchers of directories for `Configuration`: the helper program conf-watch, or fs.watch where that cannot run. */

export interface WatchEvent {
  /**
   * - `watching`: from now on everything in directory `path` is reported; earlier changes are not known.
   * - `created`: `path` has appeared; a plain file may still be being written. Also reported for awaited paths.
   * - `written`: file `path` has been closed after writing, or has been moved there.
   * - `gone`: `path` has been removed or moved away; or the directory in which the watcher awaited it is gone.
   * - `lost`: watched directory `path` has been removed or moved and is watched no longer.
   * - `missed`: events were lost; `path` is ''.
   */
  kind: 'watching' | 'created' | 'written' | 'gone' | 'lost' | 'missed';
  path: string;
}

export interface WatchListener {
  /** Events in the order in which they happened, as many as have come together. */
  events(events: WatchEvent[]): void;
  /** What `watch` or `await` has asked for is not done, since this directory cannot be watched. */
  refused(path: string, directory: string, reason: string): void;
  /** It works again after an interruption: nothing is lost. */
  hampered(reason: string): void;
  /** Nothing is watched any more. `again`: another one of its kind may do better. */
  failed(reason: string, again: boolean): void;
}

export interface Watcher {
  /** Watches the entries of a directory. */
  watch(directory: string): void;
  /** Waits for an entry to appear in an existing directory; nothing else of that directory is reported. */
  await(path: string): void;
  /** Ends `watch` of this directory, or `await` of this path. */
  unwatch(path: string): void;
  /** Resolves when everything that has happened so far has been reported, as far as the watcher can know. */
  settled(): Promise<void>;
  close(): void;
}
