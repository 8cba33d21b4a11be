/** Reads the files that are imported: those that are named, and all of a folder. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeText, encodeText, systemErrorText } from '@upstart/common';
import type { SourceFile } from '../../convert/load.ts';

/** The largest file, in bytes. */
export const MAX_SOURCE_BYTES = 4 * 1024 * 1024;

/** `isMeant`: which files of a folder count; those in it, and in folders of drop-ins below it. Throws if one cannot be read. */
export function sourceFiles(paths: readonly string[], isMeant: (name: string) => boolean): SourceFile[] {
  return paths.flatMap((path) => (isFolder(path) ? filesIn(path, isMeant) : [sourceFile(path)]));
}

export function sourceFile(path: string): SourceFile {
  return attempt(path, () => {
    if (statSync(encodeText(path)).size > MAX_SOURCE_BYTES) throw new Error('the file is too large');
    return { name: path, text: decodeText(readFileSync(encodeText(path))) };
  });
}

function filesIn(folder: string, isMeant: (name: string) => boolean): SourceFile[] {
  const entries = attempt(folder, () => readdirSync(folder, { withFileTypes: true }));
  const names = entries.map(({ name }) => name).sort();
  return names.flatMap((name) => {
    const path = join(folder, name);
    if (name.endsWith('.d') && isFolder(path)) return filesIn(path, (each) => each.endsWith('.conf'));
    return isMeant(name) && !isFolder(path) ? [sourceFile(path)] : [];
  });
}

function isFolder(path: string): boolean {
  return attempt(path, () => statSync(encodeText(path)).isDirectory());
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`cannot read ${path}: ${systemErrorText(error)}`);
  }
}
