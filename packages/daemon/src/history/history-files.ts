/**
 * The files of the history: two that alternate, in the folder of the state. Each begins with a record that identifies init; the others are
 * batches of rows. When one is full, the other is truncated and written next, so that the last 10,000 entries are always there, unless their
 * names are so long that they take more than 8 MiB.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRecords, encodeRecord } from '../state/records.ts';
import { removeQuietly, writeFully } from '../state/state-files.ts';

/** The most entries of one file. */
export const MAX_ENTRIES_OF_FILE = 10_000;
/** The most bytes of one file, which names of hundreds of characters reach first. */
export const MAX_BYTES_OF_FILE = 8 * 1024 * 1024;
/** Raised when the shape of rows changes: files of another format are dropped. */
const FORMAT = 2;
const NAMES = ['history-0', 'history-1'] as const;

interface Header {
  history: number;
  supervisor: string;
}

/** Rows as they are written, with the ids of the first and the last one. */
export interface Batch {
  first: number;
  last: number;
  count: number;
  rows: Uint8Array;
}

interface Contents {
  batches: Batch[];
  goodBytes: number;
}

const NOTHING: Contents = { batches: [], goodBytes: 0 };

export class HistoryFiles {
  readonly #directory: string;
  readonly #supervisor: string;
  /** The index of the file that is written. */
  #current = 0;
  #entries = 0;
  #bytes = 0;
  /** The ids of the first entry of that file, and of the last written entry; 0: none. */
  #first = 0;
  #last = 0;
  #fd: number | null = null;

  /** `supervisor` identifies the init; the history of another one is dropped. */
  constructor(directory: string, supervisor: string) {
    this.#directory = directory;
    this.#supervisor = supervisor;
  }

  /** Finds the end, where the next write continues. Returns the last id; 0: there is no entry. */
  open(): number {
    const contents = NAMES.map((_, which) => this.#read(which));
    const last = contents.map(({ batches }) => batches.at(-1)?.last ?? 0);
    this.#current = (last[1] as number) > (last[0] as number) ? 1 : 0;
    const { batches, goodBytes } = contents[this.#current] as Contents;
    this.#entries = batches.reduce((sum, { count }) => sum + count, 0);
    this.#bytes = goodBytes;
    this.#first = batches[0]?.first ?? 0;
    this.#last = Math.max(...last);
    return this.#last;
  }

  /** The batches, the oldest first. Skips files without an entry after the id `after`. */
  batches(after: number): Batch[] {
    if (after >= this.#last) return [];
    const isInCurrent = this.#first > 0 && after >= this.#first - 1;
    const files = isInCurrent ? [this.#current] : [1 - this.#current, this.#current];
    return files.flatMap((which) => this.#read(which).batches);
  }

  /** Appends a batch. Throws when the disk cannot take it, and leaves the file as it was. */
  append(batch: Batch): void {
    const record = encodeRecord(batch);
    const isFull = this.#entries + batch.count > MAX_ENTRIES_OF_FILE || this.#bytes + record.length > MAX_BYTES_OF_FILE;
    if (isFull && this.#entries > 0) this.#alternate();
    const fd = this.#open();
    try {
      writeFully(fd, record);
    } catch (error) {
      this.#cut(fd);
      throw error;
    }
    this.#bytes += record.length;
    this.#entries += batch.count;
    this.#first ||= batch.first;
    this.#last = batch.last;
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  /** The open file; a new one if it was removed. */
  #open(): number {
    if (this.#fd !== null && fstatSync(this.#fd).nlink === 0) {
      this.close();
      this.#bytes = 0;
    }
    if (this.#fd !== null) return this.#fd;
    const fd = openSync(this.#path(this.#current), 'a', 0o600);
    try {
      // Drops a torn end, or the content of another init.
      ftruncateSync(fd, this.#bytes);
      if (this.#bytes === 0) {
        const header: Header = { history: FORMAT, supervisor: this.#supervisor };
        const record = encodeRecord(header);
        writeFully(fd, record);
        this.#bytes = record.length;
        this.#entries = 0;
        this.#first = 0;
      }
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    this.#fd = fd;
    return fd;
  }

  #alternate(): void {
    this.close();
    this.#current = 1 - this.#current;
    this.#bytes = 0;
    this.#entries = 0;
    this.#first = 0;
    removeQuietly(this.#path(this.#current));
  }

  /** Cuts off an incomplete record, now or when the file is opened again: readers stop at it. */
  #cut(fd: number): void {
    try {
      ftruncateSync(fd, this.#bytes);
    } catch {
      this.close();
    }
  }

  #path(which: number): string {
    return join(this.#directory, NAMES[which] as string);
  }

  #read(which: number): Contents {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#path(which));
    } catch {
      return NOTHING;
    }
    const { values, goodBytes } = decodeRecords(bytes);
    const [header, ...batches] = values as [Header | undefined, ...Batch[]];
    if (header?.history !== FORMAT || header.supervisor !== this.#supervisor) return NOTHING;
    return { batches, goodBytes };
  }
}
