/**
 * All folders that conditions lead through, each watched while it is there, so that nothing is missed when folders come and go: after each
 * new watch the folder is looked at (reference: bridges §4.5).
 */
import { IN, inotifyError } from '@upstart/common';
import type { Entry, Outcome } from './entry.ts';
import { Folder } from './folder.ts';
import type { Look, Seen } from './look.ts';
import type { Positions } from './path-pattern.ts';
import { type ReportParts, Reports } from './reports.ts';
import type { Target } from './target.ts';
import { type Watches, WatchTable } from './watch-table.ts';

/** A folder on the way, of which only the end is of interest. */
const ITSELF = IN.moveSelf | IN.onlyDirectories | IN.maskAdd;
const NAMES = ITSELF | IN.create | IN.delete | IN.movedFrom | IN.movedTo;
const ENTRIES = NAMES | IN.closeWrite;

/** The most folders that are watched, as `**` may lead into any number. */
export const MAX_FOLDERS = 50_000;
/** The most lines about folders that cannot be watched. */
const MAX_REFUSALS = 10;

export interface TreeParts extends ReportParts {
  readonly look: Look;
  warn(text: string): void;
  readonly maxFolders?: number;
}

/** Why a folder is looked at: conditions have come, or something has happened. */
type Reason = 'registered' | 'happened';

export class Tree {
  readonly #parts: TreeParts;
  readonly #root = new Folder('', null);
  readonly #table: WatchTable;
  readonly #reports: Reports;
  #folders = 1;
  #refusals = 0;

  constructor(parts: TreeParts, watches: Watches) {
    this.#parts = parts;
    this.#reports = new Reports(parts);
    this.#table = new WatchTable(watches);
  }

  /** Watches these targets, too, and reports what there is of them. */
  add(targets: readonly Target[]): void {
    const touched = new Set<Folder>();
    for (const target of targets) this.#lead(this.#root, target, target.pattern.start(), touched);
    for (const folder of touched) this.#attach(folder, 'registered');
  }

  remove(target: Target): void {
    this.#drop(this.#root, target);
  }

  /** Calls `found` for what there is of a target that is watched already, and has another condition. */
  announce(target: Target, found: (path: string) => void): void {
    this.#announceIn(this.#root, target, found);
  }

  /** Of these paths, which a source before this one has reported and no look has met, reports those that have gone. */
  missed(paths: readonly string[]): void {
    for (const path of paths) {
      const isFolder = path.endsWith('/');
      const at = isFolder ? path.slice(0, -1) || '/' : path;
      const seen = this.#parts.look.at(at);
      const isThere = isFolder ? seen?.type === 'folder' || seen?.isLink : seen !== null;
      if (!isThere) this.#reports.missed(at, isFolder, this.#root.targets.keys());
      this.#parts.remember(path, null);
    }
  }

  /** Resolves when everything that has been asked of the kernel is answered. */
  idle(): Promise<void> {
    return this.#table.idle();
  }

  /** Events were lost, or with `watches` all watches were: looks at everything again. */
  rescan(watches?: Watches): void {
    if (watches) this.#table.replace(watches);
    for (const folder of this.#all(this.#root)) this.#attach(folder, 'happened');
  }

  /** An event of the kernel. */
  event(watch: number, mask: number, name: string): void {
    if (mask & IN.queueOverflow) this.rescan();
    const folders = this.#table.foldersOf(watch);
    if (mask & (IN.moveSelf | IN.ignored)) {
      this.#table.end(watch, (mask & IN.moveSelf) !== 0);
      for (const folder of folders) {
        this.#lost(folder);
        this.#await(folder);
      }
    } else if (name !== '') {
      for (const folder of folders) this.#happened(folder, mask, name);
    }
  }

  #lead(folder: Folder, target: Target, positions: Positions, touched: Set<Folder>): void {
    folder.add(target, positions);
    touched.add(folder);
    this.#reports.announce(folder, target);
    for (const [name, child] of folder.children) {
      // The way through a link is looked for when the folder is looked at.
      const next = folder.below(name, true).get(target);
      if (next) this.#lead(child, target, next, touched);
    }
  }

  #announceIn(folder: Folder, target: Target, found: (path: string) => void): void {
    if (!folder.targets.has(target)) return;
    this.#reports.announce(folder, target, found);
    for (const child of folder.children.values()) this.#announceIn(child, target, found);
  }

  #drop(folder: Folder, target: Target): void {
    if (!folder.targets.has(target)) return;
    for (const child of [...folder.children.values()]) this.#drop(child, target);
    folder.remove(target);
    if (folder.owners.size === 0) this.#reports.forget(folder);
    if (folder.targets.size === 0 && folder !== this.#root) this.#discard(folder);
    else for (const name of [...folder.entries.keys()]) if (!folder.reports(name)) this.#forget(folder, name);
  }

  *#all(folder: Folder): Generator<Folder> {
    yield folder;
    for (const child of [...folder.children.values()]) yield* this.#all(child);
  }

  /** Asks for the watch of a folder, for what it has to report now; an answer leads to a look. */
  #attach(folder: Folder, reason: Reason): void {
    const mask = folder.hasEnds ? ENTRIES : folder.isListed ? NAMES : ITSELF;
    this.#ask(folder, mask | folder.mask, reason);
  }

  #ask(folder: Folder, mask: number, reason: Reason): void {
    this.#table.ask(folder, mask, (answer, asked) => this.#attached(folder, answer, asked, reason));
  }

  #attached(folder: Folder, answer: number, asked: number, reason: Reason): void {
    if (answer > 0) {
      if (folder.watch !== answer) {
        // Another folder has taken its place.
        if (folder.watch !== null) this.#lost(folder);
        this.#table.enter(folder, answer, asked);
      }
      if (!folder.isThere) {
        folder.isThere = true;
        this.#reports.came(folder);
      }
      this.#scan(folder, reason);
    } else if (answer < 0) {
      this.#lost(folder);
      const { code, text } = inotifyError(answer);
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') this.#await(folder);
      else if (++this.#refusals <= MAX_REFUSALS)
        this.#parts.warn(`Could not create watch for path ${folder.path}: ${text}`);
    }
  }

  /** The folder is not there: has its parent report when it comes. */
  #await({ parent }: Folder): void {
    if (parent !== null) this.#reportNames(parent);
  }

  #reportNames(folder: Folder): void {
    if (folder.watch !== null && (folder.mask & NAMES) !== NAMES) this.#ask(folder, NAMES, 'happened');
  }

  /** The folder, and all that is in it, is not at its path any more. */
  #lost(folder: Folder): void {
    this.#table.unwatch(folder);
    for (const child of [...folder.children.values()]) {
      this.#lost(child);
      this.#discard(child);
    }
    for (const [name, entry] of folder.entries)
      this.#reports.report(folder, name, entry, entry.gone(), { isChange: false });
    folder.entries.clear();
    if (!folder.isThere) return;
    folder.isThere = false;
    this.#reports.went(folder);
  }

  /** Takes the folder out of the tree. */
  #discard(folder: Folder): void {
    for (const child of [...folder.children.values()]) this.#discard(child);
    for (const name of [...folder.entries.keys()]) this.#forget(folder, name);
    this.#table.unwatch(folder);
    folder.parent?.children.delete(folder.name);
    if (!folder.isGone) this.#folders -= 1;
    folder.isGone = true;
  }

  /** Looks at the names in a folder. */
  #scan(folder: Folder, reason: Reason): void {
    const { look } = this.#parts;
    const listed = folder.isListed ? look.into(folder.path) : [];
    for (const name of new Set([...listed, ...folder.names(), ...folder.entries.keys(), ...folder.children.keys()])) {
      const seen = look.at(folder.pathOf(name));
      this.#seeFolder(folder, name, reason, seen);
      if (!folder.reports(name)) continue;
      const { entry, isRecalled } = this.#reports.entry(folder, name);
      const outcome = entry.scanned(seen);
      if (isRecalled) this.#reports.recalled(folder, name, entry, outcome);
      else this.#reports.report(folder, name, entry, outcome, { isChange: true });
      this.#keep(folder, name, entry);
    }
    if (folder.entries.size === 0) return;
    this.#table.settled(() => {
      for (const [name, entry] of folder.entries) {
        const outcome = entry.settled();
        const options = { isChange: reason === 'happened' || folder.isRecalled, isFirst: reason === 'registered' };
        if (outcome !== null) this.#reports.report(folder, name, entry, outcome, options);
      }
    });
  }

  /** Begins to watch what is called `name`, if targets lead there and it may be a folder. */
  #seeFolder(
    folder: Folder,
    name: string,
    reason: Reason,
    seen: Seen | null = this.#parts.look.at(folder.pathOf(name)),
  ): void {
    const isLink = seen?.isLink ?? false;
    if (!folder.isNamed(name) && seen?.type !== 'folder' && !isLink) return;
    const targets = folder.below(name, isLink);
    if (targets.size === 0) return;
    let child = folder.children.get(name);
    if (!child) {
      if (this.#folders >= (this.#parts.maxFolders ?? MAX_FOLDERS)) {
        if (++this.#refusals <= MAX_REFUSALS) this.#parts.warn(`Too many folders to watch: ${folder.pathOf(name)}`);
        return;
      }
      child = new Folder(name, folder);
      folder.children.set(name, child);
      this.#folders += 1;
    }
    for (const [target, positions] of targets) {
      if (child.targets.has(target)) continue;
      child.add(target, positions);
      // What another target has made known there is new to this one.
      this.#reports.announce(child, target);
    }
    // A link can be made to lead elsewhere, which only its folder reports.
    if (isLink) this.#reportNames(folder);
    this.#attach(child, reason);
  }

  #happened(folder: Folder, mask: number, name: string): void {
    const isGone = (mask & (IN.delete | IN.movedFrom)) !== 0;
    const seen = isGone ? null : this.#parts.look.at(folder.pathOf(name));
    const child = folder.children.get(name);
    if (isGone && child) {
      this.#lost(child);
      if (folder.isNamed(name)) this.#await(child);
      else this.#discard(child);
    } else if (mask & (IN.create | IN.movedTo)) {
      this.#seeFolder(folder, name, 'happened', seen);
    }
    if (!folder.reports(name)) return;
    const { entry } = this.#reports.entry(folder, name);
    this.#reports.report(folder, name, entry, outcomeOf(entry, mask, seen), { isChange: true });
    this.#keep(folder, name, entry);
  }

  #keep(folder: Folder, name: string, entry: Entry): void {
    if (entry.isAbsent) folder.entries.delete(name);
    else folder.entries.set(name, entry);
  }

  #forget(folder: Folder, name: string): void {
    folder.entries.delete(name);
    this.#reports.forget(folder, name);
  }
}

function outcomeOf(entry: Entry, mask: number, seen: Seen | null): Outcome {
  if (mask & IN.closeWrite) return entry.written(seen);
  if (mask & IN.movedTo) return entry.movedHere(seen);
  return mask & IN.create ? entry.created(seen) : entry.gone();
}
