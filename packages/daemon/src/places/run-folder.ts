/** Makes the run-time folder of a session, or finds it again. */
import { chmodSync, lstatSync, mkdtempSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '@upstart/common';
import {
  type InitIdentity,
  isOwnFolder,
  isPrivateFolder,
  readOwner,
  type UsedFolders,
  writeOwner,
} from '@upstart/protocol';

/**
 * Makes the folder of an init, or returns the one that it has already: `directory`, or a longer name if `directory` belongs to another
 * init. If none can be made, returns `directory`: its first use reports the error.
 */
export function claimFolder(directory: string, init: InitIdentity, used: UsedFolders): string {
  const known = [directory, ...siblings(directory)].find(
    (path) => isPrivateFolder(path) && !belongsToAnother(path, init),
  );
  try {
    if (known === undefined) return newFolder(directory, init, used);
    writeOwner(known, init, used);
  } catch {
    // A full disk: the sockets are retried later, and the folder with them.
  }
  return known ?? directory;
}

/** With its owner file from the first moment on: two inits may do this at the same time. */
function newFolder(directory: string, init: InitIdentity, used: UsedFolders): string {
  const made = mkdtempSync(`${directory}-`);
  writeOwner(made, init, used);
  try {
    renameSync(made, directory);
    return directory;
  } catch {
    // Another init has this name.
    return made;
  }
}

/** An init with the same pid may be alive in another pid namespace. */
function belongsToAnother(path: string, { pidNamespace, boot }: InitIdentity): boolean {
  const owner = readOwner(path)?.init;
  return owner !== undefined && owner.boot === boot && owner.pidNamespace !== pidNamespace;
}

function siblings(directory: string): string[] {
  const prefix = `${basename(directory)}-`;
  try {
    const names = readdirSync(dirname(directory)).filter((name) => name.startsWith(prefix));
    return names.sort().map((name) => join(dirname(directory), name));
  } catch {
    return [];
  }
}

/** Whether another user's file has the name of the folder: do not use it. */
export function isForeign(directory: string): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  return found !== undefined && !isOwnFolder(found);
}

/** Recreates a folder that was chosen before, and the missing ones above it, for its owner alone. Throws the error of mkdir. */
export function mendFolder(directory: string, init: InitIdentity, used: UsedFolders): void {
  makeFolder(directory, 0o700);
  if (!isPrivateFolder(directory)) chmodSync(directory, 0o700);
  writeOwner(directory, init, used);
}
