/**
 * The history of init: takes the engine's entries, keeps them in memory until they fill one write, and answers queries. The next daemon
 * replays the journal, and with it the entries that this daemon did not write. So entries are written before a new journal begins, and each
 * one once, by its id.
 */
import { Patience } from '@upstart/common';
import {
  type HistoryAnswer,
  type HistoryCause,
  type HistoryEntry,
  type HistoryQuery,
  type LeaseEntry,
  MAX_HISTORY_ENTRIES,
} from '@upstart/protocol';
import type { Effect } from '../engine/model/messages.ts';
import { type Batch, HistoryFiles } from './history-files.ts';
import { entriesOf, rowsOf } from './rows.ts';

/** The number of entries in one write. */
export const BATCH_ENTRIES = 256;
/** How long a reader waits for the callers of the last entries, in milliseconds. */
const CALLER_PATIENCE_MS = 200;
/** The most entries that wait for the answer about their caller. */
const MAX_HELD_ENTRIES = 1024;
/** How often a snapshot that is due waits for callers. */
export const MAX_PUT_OFF = 256;
/** The most entries in memory while they cannot be written; older ones are dropped. */
export const MAX_UNWRITTEN_ENTRIES = 10_000;
/** The most entries that one query examines, from its `after` on. */
const MAX_LOOKED_THROUGH = 5000;

/** Characters of names in one answer, which has to fit into a frame; names of the last entry may be beyond that. */
export const MAX_ANSWER_CHARACTERS = 2 * 1024 * 1024;

export type HistoryEffect = Extract<Effect, { type: 'history' | 'peer' }>;

/** What waits for the answer about a caller. */
interface OpenQuestion {
  /** The id of the first entry that waits. */
  first: number;
  causes: HistoryCause[];
}

/** A batch of rows, decoded on demand. */
interface Part {
  last: number;
  entries(): HistoryEntry[];
}

export class History {
  readonly #files: HistoryFiles;
  readonly #warn: (text: string) => void;
  #unwritten: HistoryEntry[] = [];
  /** The number of unwritten entries at which the next write is tried. */
  #writeAt = BATCH_ENTRIES;
  /** Questions about callers without an answer yet, oldest first. */
  readonly #open = new Map<number, OpenQuestion>();
  /** Called when a question is not open any more. */
  readonly #readers = new Set<() => void>();
  #lastId = 0;
  #hasFailed = false;
  /** How often `maySave` has said no since entries were flushed. */
  #putOff = 0;

  constructor(directory: string, supervisor: string, warn: (text: string) => void) {
    this.#files = new HistoryFiles(directory, supervisor);
    this.#warn = warn;
  }

  /** Takes the entries of the replayed journal. Returns the id of the last entry, which the engine must not use again. */
  resume(told: readonly HistoryEffect[]): number {
    this.#lastId = this.#files.open();
    for (const effect of told) this.take(effect);
    this.#open.clear();
    return this.#lastId;
  }

  take(effect: HistoryEffect): void {
    if (effect.type === 'peer') {
      for (const cause of this.#open.get(effect.question)?.causes ?? []) if (effect.peer) cause.peer = effect.peer;
      this.#open.delete(effect.question);
      this.#writeIfFull();
      for (const look of this.#readers) look();
      return;
    }
    const { entry, question } = effect;
    if (entry.id <= this.#lastId) return;
    this.#lastId = entry.id;
    this.#unwritten.push(entry);
    if (question !== undefined && 'cause' in entry) {
      const open = this.#open.get(question);
      if (open) open.causes.push(entry.cause);
      else this.#open.set(question, { first: entry.id, causes: [entry.cause] });
    }
    this.#writeIfFull();
  }

  /** Whether entries may be flushed: asked again, it waits for callers, whom they would lack. */
  maySave(): boolean {
    return this.#open.size === 0 || ++this.#putOff > MAX_PUT_OFF;
  }

  /** Writes all entries that are not written yet, before a new journal begins. */
  flush(): void {
    this.#putOff = 0;
    this.#write(this.#unwritten.length);
    if (this.#unwritten.length > 0) return;
    this.#open.clear();
    for (const look of this.#readers) look();
  }

  /** Entries wait for their callers, and so do those after them, unless they are too many. */
  #writeIfFull(): void {
    const { length } = this.#unwritten;
    if (length < this.#writeAt) return;
    if (length >= MAX_HELD_ENTRIES) {
      this.flush();
      return;
    }
    const [oldest] = this.#open.values();
    const complete = oldest ? oldest.first - this.#unwritten[0]!.id : length;
    if (complete >= BATCH_ENTRIES) this.#write(complete);
  }

  /** Writes so many of the oldest entries. */
  #write(count: number): void {
    if (count === 0) return;
    try {
      for (let left = count; left > 0; left -= BATCH_ENTRIES) {
        const entries = this.#unwritten.slice(0, Math.min(left, BATCH_ENTRIES));
        this.#files.append(batchOf(entries));
        this.#unwritten.splice(0, entries.length);
      }
      this.#writeAt = BATCH_ENTRIES;
      if (this.#hasFailed) this.#warn('The history can be written again');
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) this.#warn(`Unable to write the history: ${(error as Error).message}`);
      this.#hasFailed = true;
      this.#unwritten = this.#unwritten.slice(-MAX_UNWRITTEN_ENTRIES);
      this.#writeAt = Math.min(this.#unwritten.length + BATCH_ENTRIES, MAX_UNWRITTEN_ENTRIES + BATCH_ENTRIES);
    }
  }

  /** Resolves when the callers of all entries so far are known, or cannot be, or that takes too long. */
  callersKnown(): Promise<void> | undefined {
    if (this.#open.size === 0) return;
    const questions = [...this.#open.keys()];
    return new Promise((resolve) => {
      const done = (): void => {
        patience.end();
        this.#readers.delete(look);
        resolve();
      };
      const look = (): void => {
        if (!questions.some((question) => this.#open.has(question))) done();
      };
      const patience = new Patience(CALLER_PATIENCE_MS, done);
      this.#readers.add(look);
    });
  }

  query({ job, sinceMs, after, limit }: HistoryQuery): HistoryAnswer {
    const parts = this.#parts(after ?? 0);
    const wanted = (entry: HistoryEntry): boolean =>
      entry.atMs >= sinceMs && (job === null || ('job' in entry && entry.job === job));
    const most = Math.min(limit, MAX_HISTORY_ENTRIES);
    if (after === null) return { entries: newest(parts, wanted, most), upTo: this.#lastId, more: false };
    const entries: HistoryEntry[] = [];
    let looked = 0;
    let characters = 0;
    let upTo = after;
    for (const part of parts) {
      if (part.last <= after) continue;
      for (const entry of part.entries()) {
        if (entry.id <= after) continue;
        if (entries.length >= most || looked >= MAX_LOOKED_THROUGH || characters >= MAX_ANSWER_CHARACTERS)
          return { entries, upTo, more: true };
        looked++;
        upTo = entry.id;
        if (!wanted(entry)) continue;
        entries.push(entry);
        characters += charactersOf(entry);
      }
    }
    return { entries, upTo, more: false };
  }

  /** The last entries about leases of a job, the oldest first. */
  lastOfLeases(job: string, most: number): LeaseEntry[] {
    const wanted = (entry: HistoryEntry): boolean => entry.kind === 'lease' && entry.job === job;
    return newest(this.#parts(0), wanted, most) as LeaseEntry[];
  }

  /** The oldest first. May skip parts that end before `after`. */
  #parts(after: number): Part[] {
    const written = this.#files.batches(after).map(({ last, rows }) => ({ last, entries: () => decoded(rows) }));
    const unwritten = this.#unwritten;
    if (unwritten.length === 0) return written;
    return [...written, { last: this.#lastId, entries: () => unwritten }];
  }
}

function newest(parts: readonly Part[], wanted: (entry: HistoryEntry) => boolean, most: number): HistoryEntry[] {
  const found: HistoryEntry[] = [];
  let characters = 0;
  for (const part of parts.toReversed()) {
    for (const entry of part.entries().toReversed()) {
      if (found.length >= most || characters >= MAX_ANSWER_CHARACTERS) return found.reverse();
      if (!wanted(entry)) continue;
      found.push(entry);
      characters += charactersOf(entry);
    }
  }
  return found.reverse();
}

/** Of what can be long: texts are cut. */
function charactersOf(entry: HistoryEntry): number {
  return 'job' in entry ? entry.job.length + entry.instance.length : 0;
}

function batchOf(entries: readonly HistoryEntry[]): Batch {
  const rows = Buffer.from(JSON.stringify(rowsOf(entries)));
  return { first: entries[0]!.id, last: entries.at(-1)!.id, count: entries.length, rows };
}

function decoded(rows: Uint8Array): HistoryEntry[] {
  return entriesOf(JSON.parse(Buffer.from(rows).toString()));
}
