/** The files of saved state: `snapshot-N` and `journal-N` in one folder. */
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type DecodedRecords, decodeRecords } from './records.ts';

export class StateFiles {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  path(kind: 'snapshot' | 'journal', generation: number): string {
    return join(this.directory, `${kind}-${generation}`);
  }

  /** The numbers of the snapshots, newest first. */
  generations(): number[] {
    const numbers = this.#names().flatMap((name) => /^snapshot-(\d+)$/.exec(name)?.[1] ?? []);
    return numbers.map(Number).sort((a, b) => b - a);
  }

  /** Removes the pairs before this generation. */
  removeOlder(generation: number): void {
    for (const name of this.#names()) {
      const number = /^(?:snapshot|journal)-(\d+)$/.exec(name)?.[1];
      if (number !== undefined && Number(number) < generation) removeQuietly(join(this.directory, name));
    }
  }

  #names(): string[] {
    try {
      return readdirSync(this.directory);
    } catch {
      return [];
    }
  }
}

/** The records of a file. An unreadable file has none; its damage is the error. */
export function readRecords(path: string): DecodedRecords {
  try {
    return decodeRecords(readFileSync(path));
  } catch (error) {
    return { values: [], goodBytes: 0, damage: (error as Error).message };
  }
}

/** A file that cannot be removed does no harm. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Retried with the next snapshot.
  }
}

export function writeFile(path: string, bytes: Buffer): void {
  const fd = openSync(path, 'w', 0o600);
  try {
    writeFully(fd, bytes);
  } finally {
    closeSync(fd);
  }
}

export function writeFully(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
