/** Watches folders of job files by inotify, with the helper program conf-watch. */
import { basename, dirname } from 'node:path';
import { HANG_MS, IN, Inotify, inotifyError } from '@upstart/common';
import type { WatchEvent, Watcher, WatchListener } from './watcher.ts';

/** Several paths can lead to one folder, so the helper adds the events of each path to those of the others. */
const NAMES = IN.create | IN.delete | IN.movedFrom | IN.movedTo | IN.moveSelf | IN.onlyDirectories | IN.maskAdd;
const ENTRIES = NAMES | IN.closeWrite;

/** The request: everything in `directory`, or only its entry `name`. */
interface Watch {
  readonly path: string;
  readonly directory: string;
  readonly name: string | null;
  /** The kernel's id for it; null until the helper has answered. */
  descriptor: number | null;
}

export class ConfWatch implements Watcher {
  readonly #inotify: Inotify;
  readonly #listener: WatchListener;
  readonly #byPath = new Map<string, Watch>();
  readonly #byDescriptor = new Map<number, Watch[]>();
  /** Events of the chunk that is being read. */
  #events: WatchEvent[] = [];

  constructor(program: string, listener: WatchListener, hangMs = HANG_MS) {
    this.#listener = listener;
    const events = {
      event: (descriptor: number, mask: number, name: string) => this.#take(descriptor, mask, name),
      batchEnded: () => this.#tellAll(),
      hampered: (what: string) => listener.hampered(what),
      failed: (reason: string, again: boolean) => {
        this.#byPath.clear();
        listener.failed(reason, again);
      },
    };
    this.#inotify = new Inotify(program, events, hangMs);
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
    return new Promise((resolve) => this.#inotify.settled(resolve));
  }

  close(): void {
    this.#byPath.clear();
    this.#inotify.close();
  }

  #add(watch: Watch): void {
    this.#byPath.set(watch.path, watch);
    const mask = watch.name === null ? ENTRIES : NAMES;
    this.#inotify.add(watch.directory || '/', mask, (answer) => this.#added(watch, answer));
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
    const { code, text } = inotifyError(answer);
    if (code === 'ENOENT' || code === 'ENOTDIR') this.#tellLost(watch);
    else this.#listener.refused(path, directory, text);
  }

  #leave(watch: Watch, descriptor: number): void {
    const others = (this.#byDescriptor.get(descriptor) ?? []).filter((other) => other !== watch);
    if (others.length > 0) this.#byDescriptor.set(descriptor, others);
    else if (this.#byDescriptor.delete(descriptor)) this.#inotify.remove(descriptor);
  }

  #take(descriptor: number, mask: number, name: string): void {
    if (mask & IN.queueOverflow) this.#tell('missed', '');
    const watches = this.#byDescriptor.get(descriptor);
    if (watches === undefined) return;
    if (mask & (IN.moveSelf | IN.ignored)) {
      // The paths that led there lead elsewhere from now on.
      this.#byDescriptor.delete(descriptor);
      if (mask & IN.moveSelf) this.#inotify.remove(descriptor);
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

  #tellAll(): void {
    const events = this.#events;
    this.#events = [];
    if (events.length > 0) this.#listener.events(events);
  }
}
