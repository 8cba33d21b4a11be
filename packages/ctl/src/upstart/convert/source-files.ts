/** Reads the files that are imported: those that are named, and all of a folder. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { decodeText, encodeText, systemErrorText } from '@upstart/common';
import type { SourceFile } from '../../convert/load.ts';

/** The largest file, in bytes. */
export const MAX_SOURCE_BYTES = 4 * 1024 * 1024;

/** The files of folders of units that count. */
const UNIT = /\.(?:service|socket|timer|path|target)$/;
const isDropIn = (name: string): boolean => name.endsWith('.conf');

/** `isMeant`: which files of a folder count; those in it, and in folders of drop-ins below it. Throws if one cannot be read. */
export function sourceFiles(paths: readonly string[], isMeant: (name: string) => boolean): SourceFile[] {
  return paths.flatMap((path) => (isFolder(path) ? filesIn(path, isMeant) : [sourceFile(path)]));
}

/** The units among these, with the drop-ins beside each (`web.service.d/*.conf`). A file that is named as well is read once. */
export function unitFiles(paths: readonly string[]): SourceFile[] {
  const named = sourceFiles(paths, (name) => UNIT.test(name));
  const beside = paths.flatMap((path) => {
    const folder = `${path}.d`;
    const isUnit = UNIT.test(path) && statSync(encodeText(folder), { throwIfNoEntry: false })?.isDirectory() === true;
    return isUnit ? filesIn(folder, isDropIn) : [];
  });
  const known = new Set(named.map(({ name }) => resolve(name)));
  return [...named, ...beside.filter(({ name }) => !known.has(resolve(name)))];
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
    if (name.endsWith('.d') && isFolder(path)) return filesIn(path, isDropIn);
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
