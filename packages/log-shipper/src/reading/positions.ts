/** The positions of a target, in a file beside the logs: what was delivered is not sent again by the next log shipper. */
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@upstart/common';
import type { Position } from './position.ts';

const FOLDER = '.targets';
const SUFFIX = '.json';
/** A larger file is none of ours. */
const MAX_BYTES = 64 * 1024 * 1024;
/** A target that is not wanted any more is remembered for so long. */
const KEPT_MS = 30 * 86_400_000;

export interface Kept {
  /** Output from then on is sent. */
  readonly sinceMs: number;
  /** By the label of the log. */
  readonly logs: Readonly<Record<string, Position>>;
}

/** `name`: of the file, without its suffix. */
export function readKept(logFolder: string, name: string): Kept | null {
  try {
    const path = join(logFolder, FOLDER, `${name}${SUFFIX}`);
    if (statSync(path).size > MAX_BYTES) return null;
    const kept: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isKept(kept) ? kept : null;
  } catch {
    return null;
  }
}

/** Replaces the file in one step. Throws the error of the system. */
export function writeKept(logFolder: string, name: string, kept: Kept): void {
  const folder = join(logFolder, FOLDER);
  makeFolder(folder, 0o700);
  const begun = join(folder, `.${name}.${process.pid}`);
  try {
    writeFileSync(begun, JSON.stringify(kept), { mode: 0o600 });
    renameSync(begun, join(folder, `${name}${SUFFIX}`));
  } catch (error) {
    rmSync(begun, { force: true });
    throw error;
  }
}

/** Removes the positions of targets that have not been wanted for a month. */
export function removeOld(logFolder: string, wanted: ReadonlySet<string>): void {
  const folder = join(logFolder, FOLDER);
  try {
    for (const file of readdirSync(folder)) {
      const isOld = Date.now() - statSync(join(folder, file)).mtimeMs > KEPT_MS;
      if (isOld && !wanted.has(file.slice(0, -SUFFIX.length))) rmSync(join(folder, file), { force: true });
    }
  } catch {
    // There is none yet.
  }
}

const NUMBERS = ['beganMs', 'offset', 'before', 'size', 'atMs'] as const;

function isKept(value: unknown): value is Kept {
  const { sinceMs, logs } = (value ?? {}) as Partial<Kept>;
  if (typeof sinceMs !== 'number' || typeof logs !== 'object' || logs === null) return false;
  return Object.values(logs).every(
    (position) => typeof position?.inode === 'string' && NUMBERS.every((field) => Number.isFinite(position[field])),
  );
}
