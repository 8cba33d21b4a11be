/** The entries of a directory that count for the configuration (reference: job files §1.2). */
import { type Dirent, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { decodeText } from '@upstart/common';
import { isIgnoredDirectory } from './ignored-directories.ts';
import { fsPath, inspect } from './job-file.ts';

export type EntryKind = 'conf' | 'override' | 'folder';

/** The entries of a directory that count, sorted by name. Throws what readdir throws. */
export function listEntries(directory: string): Map<string, EntryKind> {
  const kinds = new Map<string, EntryKind>();
  for (const entry of readDirectory(directory)) {
    const kind = kindOf(directory, entry.name, entry);
    if (kind !== null) kinds.set(entry.name, kind);
  }
  return new Map([...kinds.keys()].sort().map((name) => [name, kinds.get(name) as EntryKind]));
}

/** The present kind of one entry. `link`: whether it is another name of a file that exists elsewhere. */
export function inspectEntry(directory: string, name: string): { kind: EntryKind; link: boolean } | null {
  const stats = inspect(() => lstatSync(fsPath(`${directory}/${name}`)));
  const kind = stats && kindOf(directory, name, stats);
  return stats && kind ? { kind, link: stats.isSymbolicLink() || (stats.isFile() && stats.nlink > 1) } : null;
}

/** The name without `.conf` or `.override`. */
export function stem(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}

function kindOf(directory: string, name: string, entry: Dirent | Stats): EntryKind | null {
  if (entry.isDirectory()) return isIgnoredDirectory(name) ? null : 'folder';
  const suffix = suffixOf(name);
  if (suffix === null) return null;
  if (entry.isFile()) return suffix;
  if (suffix !== 'conf' || !entry.isSymbolicLink()) return null;
  const target = inspect(() => statSync(fsPath(`${directory}/${name}`)));
  return target?.isFile() ? 'conf' : target?.isDirectory() ? 'folder' : null;
}

/** A name that is nothing but a suffix has none. */
function suffixOf(name: string): 'conf' | 'override' | null {
  const dot = name.lastIndexOf('.');
  const suffix = dot > 0 ? name.slice(dot + 1) : '';
  return suffix === 'conf' || suffix === 'override' ? suffix : null;
}

/** Names that are no UTF-8 are rare enough to read the directory a second time for them. */
function readDirectory(directory: string): Dirent[] {
  const entries = readdirSync(fsPath(directory), { withFileTypes: true });
  if (!entries.some((entry) => entry.name.includes('\uFFFD'))) return entries;
  const raw = readdirSync(fsPath(directory), {
    withFileTypes: true,
    encoding: 'buffer',
  }) as unknown as Dirent<Buffer>[];
  return raw.map((entry) => Object.assign(entry, { name: decodeText(entry.name) }) as unknown as Dirent);
}
