/** A file system and its inotify in memory: what happens waits in a queue until the test has it delivered, as it does in the kernel. */
import { constants } from 'node:os';
import { IN } from '@upstart/common';
import type { Look, Seen } from '../look.ts';
import type { Watches } from '../watch-table.ts';

interface Inode {
  readonly id: number;
  readonly type: Seen['type'];
  readonly children: Map<string, Inode>;
  /** Its content, as a number. */
  stamp: number;
  isOpen: boolean;
}

type Queued = { watch: number; mask: number; name: string } | (() => void);

export class ModelFiles implements Watches, Look {
  /** Receives what is delivered. */
  deliver: (watch: number, mask: number, name: string) => void = () => {};
  readonly #root: Inode;
  /** By the number of the inode. */
  readonly #watched = new Map<number, { readonly watch: number; mask: number }>();
  #queue: Queued[] = [];
  #count = 0;
  /** No number of a watch comes twice. */
  #watches = 0;

  constructor() {
    this.#root = this.#make('folder');
  }

  /** Its reader ends, and with it all watches. */
  crash(): void {
    this.#queue = [];
    this.#watched.clear();
  }

  // Watches

  add(path: string, mask: number, answered: (answer: number) => void): void {
    // Requests are carried out when the helper reads them, which is after what has happened by then.
    this.#queue.push(() => {
      const found = this.#find(path);
      const answer = !found
        ? -constants.errno.ENOENT
        : found.type !== 'folder'
          ? -constants.errno.ENOTDIR
          : this.#watch(found, mask);
      this.#later(() => answered(answer));
    });
  }

  remove(watch: number): void {
    this.#queue.push(() => {
      for (const [inode, found] of this.#watched) if (found.watch === watch) this.#unwatch(inode);
    });
  }

  settled(done: () => void): void {
    this.#queue.push(() => this.#later(done));
  }

  /** Answers come behind the events from before. */
  #later(answer: () => void): void {
    this.#queue.push(answer);
  }

  /** Delivers so many of the things that wait, or all. The value: whether nothing is left. */
  run(most = Number.POSITIVE_INFINITY): boolean {
    for (let left = most; left > 0; left--) {
      const next = this.#queue.shift();
      if (next === undefined) return true;
      if (typeof next === 'function') next();
      else this.deliver(next.watch, next.mask, next.name);
    }
    return this.#queue.length === 0;
  }

  /** The kernel's queue has no room: the events that wait are lost. */
  overflow(): void {
    this.#queue = this.#queue.filter((one) => typeof one === 'function');
    this.#queue.push({ watch: -1, mask: IN.queueOverflow, name: '' });
  }

  // Look

  at(path: string): Seen | null {
    const found = this.#find(path);
    if (!found) return null;
    return { type: found.type, id: String(found.id), stamp: String(found.stamp), names: 1, isLink: false };
  }

  into(path: string): string[] {
    return [...(this.#find(path)?.children.keys() ?? [])];
  }

  /** Whether there is something at `path` that has been closed once. */
  isThere(path: string): boolean {
    const found = this.#find(path);
    return found !== undefined && !found.isOpen;
  }

  stampOf(path: string): number | undefined {
    return this.#find(path)?.stamp;
  }

  // What programs do. Impossible things do nothing.

  mkdir(path: string): void {
    this.#create(path, this.#make('folder'));
  }

  mkfifo(path: string): void {
    this.#create(path, this.#make('other'));
  }

  /** Opens a file for writing. */
  open(path: string): void {
    const found = this.#find(path);
    if (found) {
      if (found.type === 'file') found.isOpen = true;
    } else {
      this.#create(path, { ...this.#make('file'), isOpen: true });
    }
  }

  /** Writes to an open file and closes it. */
  close(path: string): void {
    const found = this.#find(path);
    if (found?.type !== 'file' || !found.isOpen) return;
    found.isOpen = false;
    found.stamp = ++this.#count;
    this.#tell(this.#parentOf(path), IN.closeWrite, nameOf(path));
  }

  unlink(path: string): void {
    const found = this.#find(path);
    const parent = this.#parentOf(path);
    if (!found || !parent || found.children.size > 0) return;
    parent.children.delete(nameOf(path));
    this.#unwatch(found.id);
    this.#tell(parent, IN.delete, nameOf(path));
  }

  rename(from: string, to: string): void {
    const moved = this.#find(from);
    const [source, target] = [this.#parentOf(from), this.#parentOf(to)];
    const replaced = this.#find(to);
    if (!moved || !source || !target || to === from || to.startsWith(`${from}/`)) return;
    if (replaced && (replaced.type === 'folder') !== (moved.type === 'folder')) return;
    if (replaced && replaced.children.size > 0) return;
    source.children.delete(nameOf(from));
    target.children.set(nameOf(to), moved);
    this.#tell(source, IN.movedFrom, nameOf(from));
    this.#tell(target, IN.movedTo, nameOf(to));
    this.#tell(moved, IN.moveSelf, '');
    if (replaced) this.#unwatch(replaced.id);
  }

  #make(type: Inode['type']): Inode {
    this.#count += 1;
    return { id: this.#count, type, children: new Map(), stamp: this.#count, isOpen: false };
  }

  #create(path: string, made: Inode): void {
    const parent = this.#parentOf(path);
    if (!parent || parent.children.has(nameOf(path))) return;
    parent.children.set(nameOf(path), made);
    this.#tell(parent, IN.create, nameOf(path));
  }

  #watch({ id }: Inode, mask: number): number {
    const found = this.#watched.get(id) ?? { watch: ++this.#watches, mask: 0 };
    found.mask |= mask;
    this.#watched.set(id, found);
    return found.watch;
  }

  #unwatch(inode: number): void {
    const found = this.#watched.get(inode);
    if (found) this.#queue.push({ watch: found.watch, mask: IN.ignored, name: '' });
    this.#watched.delete(inode);
  }

  #tell(inode: Inode | undefined, mask: number, name: string): void {
    const found = inode && this.#watched.get(inode.id);
    if (found && found.mask & mask) this.#queue.push({ watch: found.watch, mask, name });
  }

  #find(path: string): Inode | undefined {
    let at: Inode | undefined = this.#root;
    for (const part of path.split('/')) if (part !== '') at = at?.type === 'folder' ? at.children.get(part) : undefined;
    return at;
  }

  #parentOf(path: string): Inode | undefined {
    const found = this.#find(path.slice(0, path.lastIndexOf('/')));
    return found?.type === 'folder' ? found : undefined;
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
