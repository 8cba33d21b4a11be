/** Looks at the file system. Paths may hold any bytes. */
import { lstatSync, readdirSync } from 'node:fs';
import { decodeText, encodeText } from '@upstart/common';
import type { Looked } from './entry.ts';

export interface Seen extends Looked {
  readonly isLink: boolean;
}

export interface Look {
  /** What is at `path`, without following a link; null: nothing. */
  at(path: string): Seen | null;
  /** The names in a folder; none if it cannot be read. */
  into(path: string): string[];
}

export const realLook: Look = {
  at(path) {
    try {
      const found = lstatSync(encodeText(path), { bigint: true });
      return {
        type: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other',
        id: `${found.dev}:${found.ino}`,
        stamp: `${found.mtimeNs}:${found.size}`,
        names: Number(found.nlink),
        isLink: found.isSymbolicLink(),
      };
    } catch {
      return null;
    }
  },
  into(path) {
    try {
      return readdirSync(encodeText(path), { encoding: 'buffer' }).map(decodeText);
    } catch {
      return [];
    }
  },
};
