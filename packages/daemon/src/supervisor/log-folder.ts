/**
 * Makes the folder of logs again when it has been removed: the logger reports that a file in it cannot be written, and that report goes no
 * further.
 */
import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '@upstart/common';
import type { LogFolder, Report } from './process-messages.ts';

const ENOENT = 2;

export class KeptLogFolder {
  readonly #look: () => LogFolder | null;
  /** As it was when it was there. */
  #known: LogFolder | null = null;
  /** Files that could not be written for want of it. */
  readonly #files = new Set<string>();

  /** `look` tells what the folder is like, null while there is none. */
  constructor(look: () => LogFolder | null) {
    this.#look = look;
    this.refresh();
  }

  /** Looks at the folder, which may be there only once its file system is. */
  refresh(): void {
    this.#known = this.#look() ?? this.#known;
  }

  /** Gets each report before anybody else. `mended`: its trouble was the folder, which is there again; `over`: so was that trouble. */
  reported(report: Report): 'mended' | 'over' | null {
    if (report.type === 'log-restored') return this.#files.delete(report.path) ? 'over' : null;
    if (report.type !== 'log-trouble' || report.errno !== ENOENT || dirname(report.path) !== this.#known?.path)
      return null;
    if (!isMade(this.#known)) return null;
    this.#files.add(report.path);
    return 'mended';
  }
}

/** Makes the folder, where it is missing. Returns whether it is there. */
function isMade({ path, mode, owner, group, parents }: LogFolder): boolean {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })) return true;
    if (parents) makeFolder(path, mode);
    else mkdirSync(path, { mode });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST';
  }
  try {
    // Before the mode, which it may change. Where it cannot be given away it is init's.
    chownSync(path, owner, group);
  } catch {}
  chmodSync(path, mode);
  return true;
}
