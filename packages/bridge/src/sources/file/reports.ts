/** What the tree reports of names and folders: events for the conditions that mean them, and what is to be remembered (reference: bridges §4.3, §4.4). */
import { Entry, type Happening, type Looked, type Outcome } from './entry.ts';
import type { Folder } from './folder.ts';
import type { Remembered } from './memory.ts';
import type { Target } from './target.ts';

export interface ReportParts {
  /** An event for all conditions of the target. */
  emit(target: Target, happening: Happening, path: string): void;
  /** `create`, for those of its conditions that a source before this one has not answered. */
  emitNew(target: Target, path: string): void;
  /** What a source before this one, which has crashed, has reported of a path. */
  recall(path: string): Remembered | undefined;
  /** Something is there, as reported; null: it is not. */
  remember(path: string, found: Remembered | null): void;
}

/** What is remembered of a folder itself. */
const THERE: Remembered = { id: '', stamp: '' };
const itself = ({ path }: Folder): string => `${path}/`;

export interface ReportOptions {
  /** It is a modification of the folder. */
  readonly isChange: boolean;
  /** It was there when the conditions came, as a pattern of the shell finds it. */
  readonly isFirst?: boolean;
}

export class Reports {
  readonly #parts: ReportParts;

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  /** The outcome of a happening to `name`, which has left it as `entry` says. */
  report(folder: Folder, name: string, entry: Entry, outcome: Outcome, options: ReportOptions): void {
    const { isChange, isFirst = false } = options;
    const path = folder.pathOf(name);
    if (outcome !== null && outcome !== 'vanished')
      for (const target of folder.meant(name))
        if (!isFirst || target.isAnswered || !isHidden(target, name)) this.emit(target, outcome, path);
    if (outcome !== null && isChange) for (const target of folder.owners) this.emit(target, 'modify', path);
    this.#remember(path, entry);
  }

  /** What is known of `name` from before, if it is looked at for the first time. */
  entry(folder: Folder, name: string): { entry: Entry; isRecalled: boolean } {
    const known = folder.entries.get(name);
    if (known) return { entry: known, isRecalled: false };
    const recalled = this.#parts.recall(folder.pathOf(name));
    return { entry: recalled ? Entry.reported(recalled) : new Entry(), isRecalled: recalled !== undefined };
  }

  /** As `report`, of something that a source before this one has reported: conditions that it did not know get `create`. */
  recalled(folder: Folder, name: string, entry: Entry, outcome: Outcome): void {
    const path = folder.pathOf(name);
    for (const target of folder.meant(name)) {
      if (target.isAnswered && outcome !== null && outcome !== 'vanished') this.emit(target, outcome, path);
      if (!entry.isPresent || isHidden(target, name)) continue;
      if (!target.isAnswered) this.emit(target, 'create', path);
      else if (outcome !== 'create') this.#parts.emitNew(target, path);
    }
    if (outcome !== null) for (const target of folder.owners) this.emit(target, 'modify', path);
    this.#remember(path, entry);
  }

  /** The folder is there. */
  came(folder: Folder): void {
    if (folder.owners.size === 0) return;
    const isRecalled = this.#parts.recall(itself(folder)) !== undefined;
    for (const target of folder.owners) {
      if (isRecalled && target.isAnswered) this.#parts.emitNew(target, '');
      else this.emit(target, 'create', '');
    }
    folder.isRecalled = isRecalled;
    this.#parts.remember(itself(folder), THERE);
  }

  /** The folder has gone. */
  went(folder: Folder): void {
    for (const target of folder.owners) this.emit(target, 'delete', '');
    this.forget(folder);
  }

  /** What was at `path`, or the folder of that path itself, has gone while nothing looked. */
  missed(path: string, isFolder: boolean, targets: Iterable<Target>): void {
    for (const target of targets) {
      const gone = target.gone(path, isFolder);
      if (gone) this.emit(target, gone.happening, gone.path);
    }
  }

  /** What there is in the folder of a target is new to some of its conditions. */
  announce(folder: Folder, target: Target, found = (path: string): void => this.emit(target, 'create', path)): void {
    if (folder.isThere && folder.owners.has(target)) found('');
    if (target.kind === 'folder') return;
    for (const [name, entry] of folder.entries)
      if (entry.isPresent && !isHidden(target, name) && [...folder.meant(name)].includes(target))
        found(folder.pathOf(name));
  }

  emit(target: Target, happening: Happening, path: string): void {
    if (target.wants(happening)) this.#parts.emit(target, happening, path);
  }

  /** No condition asks for the folder, or for `name` in it, any more. */
  forget(folder: Folder, name?: string): void {
    this.#parts.remember(name === undefined ? itself(folder) : folder.pathOf(name), null);
  }

  #remember(path: string, entry: Entry): void {
    const looked: Looked | null = entry.looked;
    if (entry.isPresent && looked) this.#parts.remember(path, looked);
    else if (entry.isAbsent) this.#parts.remember(path, null);
  }
}

/** Patterns of the shell leave hidden files out. */
const isHidden = (target: Target, name: string): boolean => target.kind === 'pattern' && name.startsWith('.');
