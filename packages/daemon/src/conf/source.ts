/** One configuration directory: its content and that of the folders below it, as last seen (reference: job files §1). */
import { existsSync, lstatSync, statSync } from 'node:fs';
import { systemErrorText } from '@upstart/common';
import type { JobDefinition, JobFileError, StanzaPlace } from '@upstart/job-language';
import { type EntryKind, inspectEntry, listEntries, stem } from './directory.ts';
import { isAbsent, isPassing } from './file-errors.ts';
import { fsPath, inspect, signatureOf } from './job-file.ts';

/** Folders of a source, its own among them. */
export const MAX_FOLDERS = 2048;
/** The most folders reached through links: folders that are linked crosswise have a factorial number of paths. */
export const MAX_LINKED = 256;
/** Levels of folders below the source's own. */
export const MAX_DEPTH = 128;

/** A file as it was last read; `signature` is null as long as it has not been. */
export interface SourceFile {
  readonly path: string;
  signature: string | null;
  /** Whether each later change changes the signature. */
  settled: boolean;
}

export interface ConfFile extends SourceFile {
  /** The definition by the file and its override; null if the file is broken. */
  definition: JobDefinition | null;
  errors: JobFileError[];
  /** The last `manual` of the file or its override. */
  manual: StanzaPlace | null;
}

/** Changes since the last look at the directory: job names, and directories. */
export interface SourceChanges {
  readonly confs: Set<string>;
  readonly overrides: Set<string>;
  /** Directories that are gone, or were replaced by others. */
  readonly dropped: Set<string>;
  /** Directories that could not be read, with the reason. */
  readonly troubles: Map<string, string>;
  /** Directories that are skipped, with the reason: there can be many, since links multiply. */
  readonly leftOut: Map<string, string>;
  /** Files that could not be read for a reason that will pass; their old content counts until then. */
  readonly unread: Map<string, string>;
}

function newConfFile(path: string): ConfFile {
  return { path, signature: null, settled: false, definition: null, errors: [], manual: null };
}

export function noChanges(): SourceChanges {
  return {
    ...{ confs: new Set(), overrides: new Set(), dropped: new Set() },
    ...{ troubles: new Map(), leftOut: new Map(), unread: new Map() },
  };
}

/** Where a folder is, seen from the source's own. */
interface Position {
  /** The prefix of the names of its jobs: '' or `net/`. */
  readonly prefix: string;
  /** How many folders are above it; 0 for the source's own. */
  readonly depth: number;
  /** A link is on the way to it. */
  readonly linked: boolean;
}

interface Folder extends Position {
  /** Identifies the directory, whatever path leads to it; null: it has gone again. */
  readonly identity: string | null;
  readonly entries: Map<string, EntryKind>;
}

const TOP: Position = { prefix: '', depth: 0, linked: false };

export class Source {
  readonly directory: string;
  /** By path; empty as long as the directory does not exist. */
  readonly folders = new Map<string, Folder>();
  /** By job name. */
  readonly confs = new Map<string, ConfFile>();
  readonly overrides = new Map<string, SourceFile>();
  /** How many of the folders a link leads to. */
  #linked = 0;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Scans the directory and everything below it. */
  scan(changes: SourceChanges): void {
    this.#scanFolder(this.directory, TOP, changes);
  }

  /** Scans one known directory again, to find changes that were not reported. */
  rescan(path: string, changes: SourceChanges): void {
    const folder = this.folders.get(path);
    if (folder !== undefined) this.#scanFolder(path, folder, changes);
  }

  /** Looks at an entry of a known directory that has been created, but may still be being written. */
  created(directory: string, name: string, changes: SourceChanges): void {
    const folder = this.folders.get(directory);
    const entry = folder && inspectEntry(directory, name);
    if (folder && entry && (entry.kind === 'folder' || entry.link)) {
      this.#note(directory, folder, name, entry.kind, true, changes);
    }
  }

  /** Looks at an entry of a known directory that has been written or moved there. */
  written(directory: string, name: string, changes: SourceChanges): void {
    const folder = this.folders.get(directory);
    if (folder === undefined) return;
    const entry = inspectEntry(directory, name);
    const known = folder.entries.get(name);
    if (known !== undefined && (known === 'folder' || known !== entry?.kind)) this.gone(directory, name, changes);
    if (entry !== null) this.#note(directory, folder, name, entry.kind, true, changes);
  }

  /** Forgets an entry of a known directory. */
  gone(directory: string, name: string, changes: SourceChanges): void {
    const folder = this.folders.get(directory);
    const kind = folder?.entries.get(name);
    if (folder === undefined || kind === undefined) return;
    folder.entries.delete(name);
    const job = folder.prefix + stem(name);
    if (kind === 'folder') this.dropFolder(`${directory}/${name}`, changes);
    else if (kind === 'conf') this.#forget(this.confs, job, changes.confs);
    else this.#forget(this.overrides, job, changes.overrides);
  }

  /** Forgets a directory and everything below it. */
  dropFolder(path: string, changes: SourceChanges): void {
    const folder = this.folders.get(path);
    if (folder === undefined) return;
    for (const name of [...folder.entries.keys()]) this.gone(path, name, changes);
    this.folders.delete(path);
    if (folder.linked) this.#linked--;
    changes.dropped.add(path);
  }

  /** Forgets all directories, but no job: the source itself is gone, which counts from the next reading on. */
  detach(changes: SourceChanges): void {
    for (const path of this.folders.keys()) changes.dropped.add(path);
    this.folders.clear();
    this.#linked = 0;
  }

  /** False: it could not be read now. */
  #scanFolder(path: string, position: Position, changes: SourceChanges): boolean {
    const identity = identityOf(path);
    let entries: Map<string, EntryKind>;
    try {
      entries = listEntries(path);
    } catch (error) {
      if (isPassing(error)) {
        changes.unread.set(path, systemErrorText(error));
        return false;
      }
      // Anything but a directory in the source's own place is a mistake in the option.
      const misnamed = path === this.directory && existsSync(fsPath(path));
      if (misnamed || !isAbsent(error)) changes.troubles.set(path, systemErrorText(error));
      this.dropFolder(path, changes);
      return true;
    }
    const folder =
      this.#known(path, identity, changes) ?? this.#add(path, { ...position, identity, entries: new Map() });
    for (const [name, kind] of [...folder.entries]) {
      if (entries.get(name) !== kind) this.gone(path, name, changes);
    }
    for (const [name, kind] of entries) this.#note(path, folder, name, kind, false, changes);
    return true;
  }

  #add(path: string, folder: Folder): Folder {
    this.folders.set(path, folder);
    if (folder.linked) this.#linked++;
    return folder;
  }

  /** The folder as it was last seen, if that is the directory that the path leads to now; else it is forgotten. */
  #known(path: string, identity: string | null, changes: SourceChanges): Folder | undefined {
    const folder = this.folders.get(path);
    if (folder !== undefined && folder.identity !== identity) {
      this.dropFolder(path, changes);
      return undefined;
    }
    return folder;
  }

  /** The directories of an earlier scan of the same source that were replaced since: their watches do not see the new ones. */
  replaced(earlier: Source): string[] {
    return [...earlier.folders].flatMap(([path, { identity }]) =>
      this.folders.get(path)?.identity === identity ? [] : [path],
    );
  }

  /** Adds an entry. A known one counts as changed if it differs, or if `changed` is set. */
  #note(
    directory: string,
    folder: Folder,
    name: string,
    kind: EntryKind,
    changed: boolean,
    changes: SourceChanges,
  ): void {
    const path = `${directory}/${name}`;
    const known = folder.entries.has(name);
    folder.entries.set(name, kind);
    if (kind === 'folder') {
      if (!known && !this.#enter(directory, folder, name, changes)) folder.entries.delete(name);
      return;
    }
    const job = folder.prefix + stem(name);
    const file = kind === 'conf' ? this.confs.get(job) : this.overrides.get(job);
    if (file !== undefined && !changed && file.signature === signatureOf(path)) return;
    if (kind === 'conf') {
      if (file === undefined) this.confs.set(job, newConfFile(path));
      changes.confs.add(job);
    } else {
      if (file === undefined) this.overrides.set(job, { path, signature: signatureOf(path), settled: false });
      changes.overrides.add(job);
    }
  }

  #forget(files: Map<string, SourceFile>, job: string, changed: Set<string>): void {
    if (files.delete(job)) changed.add(job);
  }

  /** Scans a new folder, unless that exceeds a limit. False: it could not be read now. */
  #enter(parent: string, above: Folder, name: string, changes: SourceChanges): boolean {
    const path = `${parent}/${name}`;
    const linked = above.linked || isLink(path);
    const position = { prefix: `${above.prefix}${name}/`, depth: above.depth + 1, linked };
    const reason = this.#isLoop(parent, path) ? 'Directory loop detected' : this.#excess(position);
    if (reason === null) return this.#scanFolder(path, position, changes);
    changes.leftOut.set(path, reason);
    return true;
  }

  /** Which limit a further folder would exceed. */
  #excess({ depth, linked }: Position): string | null {
    if (depth > MAX_DEPTH) return `Directories nested too deep, expected at most ${MAX_DEPTH} levels`;
    if (linked && this.#linked >= MAX_LINKED)
      return `Too many directories reached through links, expected at most ${MAX_LINKED}`;
    if (this.folders.size >= MAX_FOLDERS) return `Too many directories, expected at most ${MAX_FOLDERS}`;
    return null;
  }

  /** Whether a directory is one of those that lead to it, through a link. */
  #isLoop(parent: string, path: string): boolean {
    if (!isLink(path)) return false;
    const target = identityOf(path);
    for (let at = parent; at.length >= this.directory.length; at = at.slice(0, at.lastIndexOf('/'))) {
      if (target !== null && this.folders.get(at)?.identity === target) return true;
    }
    return false;
  }
}

/** Links to directories count only under the name of a job file. */
function isLink(path: string): boolean {
  return path.endsWith('.conf') && inspect(() => lstatSync(fsPath(path)))?.isSymbolicLink() === true;
}

function identityOf(path: string): string | null {
  const stats = inspect(() => statSync(fsPath(path)));
  return stats && `${stats.dev}:${stats.ino}`;
}
