/**
 * The engine's state on disk: a snapshot and the journal of the inputs since. Both live in the run-time folder, which is memory on most
 * machines. They have to survive the daemon, not the machine, so nothing is synced.
 * `snapshot-N` is the state before the first input of `journal-N`. A new snapshot is first written under another name, so there is a
 * complete pair at every moment.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '@upstart/common';
import type { Input } from '../engine/model/messages.ts';
import type { EngineState } from '../engine/model/state.ts';
import type { Command } from '../supervisor/process-messages.ts';
import { migrate, OLDEST } from './migrations.ts';
import { encodeRecord, FORMAT } from './records.ts';
import { readRecords, removeQuietly, StateFiles, writeFile, writeFully } from './state-files.ts';

/** The content of a snapshot. */
export interface Snapshot {
  format: number;
  /** Identifies the supervisor of the processes in the state; see `supervisorIdentity`. */
  supervisor: string;
  state: EngineState;
  /** Commands that may not have reached the supervisor. */
  commands: Command[];
}

export interface Recovered {
  snapshot: Snapshot;
  /** The inputs since, as they were appended. */
  batches: Input[][];
}

/** A journal larger than this, and than twice the last snapshot, is replaced by a new snapshot; in bytes. */
const MIN_JOURNAL = 4 * 1024 * 1024;
/** The first and the longest pause between attempts to save the state, in milliseconds; each is twice the one before. */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 8000;
/** After inputs that took long, the state is saved within so many milliseconds, so that no daemon has to replay them. */
const LABORIOUS_AFTER_MS = 1000;

export class StateStore {
  readonly #files: StateFiles;
  readonly #warn: (text: string) => void;
  readonly #parentMode: number | null;
  #generation = 0;
  #journal: number | null = null;
  #journalBytes = 0;
  #snapshotBytes = 0;
  /** The next attempt to save, and the pause before it; null: the state on disk is up to date. */
  #retry: { dueMs: number; pauseMs: number } | null = null;
  #savedMs = 0;
  /** The last failure has ended the journal: inputs are not safe. */
  #unsafe = false;
  /** The recovered journal, if its end is intact. */
  #resumable: { bytes: number } | null = null;

  /**
   * Makes `directory` when needed, for its owner alone. `parentMode` is the mode of the folder above, if that is missing, too; null: makes
   * no folder. `warn` gets the texts of damage and failing writes.
   */
  constructor(directory: string, warn: (text: string) => void, parentMode: number | null = 0o700) {
    this.#files = new StateFiles(directory);
    this.#warn = warn;
    this.#parentMode = parentMode;
    try {
      this.#makeFolders();
    } catch {
      // Saving reports the error, and is retried.
    }
  }

  /** A store for other programs than the daemon: never writes. */
  static reader(directory: string, warn: (text: string) => void): Pick<StateStore, 'recover'> {
    return new StateStore(directory, warn, null);
  }

  /** The newest readable state of this supervisor; null: there is none. `supervisor` null: of any supervisor. */
  recover(supervisor: string | null): Recovered | null {
    const generations = this.#files.generations();
    for (const generation of generations) {
      const snapshot = this.#readSnapshot(generation);
      if (!snapshot || (supervisor !== null && snapshot.supervisor !== supervisor)) continue;
      const { values, goodBytes, damage } = readRecords(this.#files.path('journal', generation));
      if (damage) this.#warn(`${this.#files.path('journal', generation)}: ${damage}; what came after it is lost`);
      const saved = { snapshot, batches: values as Input[][] };
      const { format } = snapshot;
      if (!this.#isMigrated(saved, generation)) continue;
      this.#generation = generation;
      // After state of an older format, a new journal begins.
      this.#resumable = damage || format !== FORMAT ? null : { bytes: goodBytes };
      return saved;
    }
    if (generations.length > 0) this.#generation = Math.max(...generations);
    return null;
  }

  /** Continues the recovered journal, all of which has been applied: new inputs are safe even if there is no room for a new snapshot. */
  resume(): void {
    if (this.#resumable === null) return;
    this.#journalBytes = this.#resumable.bytes;
    try {
      this.#journal = openSync(this.#files.path('journal', this.#generation), 'a', 0o600);
    } catch {
      // The next snapshot begins a new journal, or reports the error.
    }
  }

  /** The saved part of this daemon's state; null when it is not complete. */
  reread(): Recovered | null {
    if (this.#journal === null) return null;
    const { values } = readRecords(this.#files.path('snapshot', this.#generation));
    const { values: batches, damage } = readRecords(this.#files.path('journal', this.#generation));
    const [snapshot] = values as Snapshot[];
    return snapshot && damage === null ? { snapshot, batches: batches as Input[][] } : null;
  }

  /**
   * Appends inputs, which then survive the end of the daemon. A failure is logged once; only the safety is lost. Returns whether the inputs
   * are on disk.
   */
  append(inputs: readonly Input[]): boolean {
    if (this.#journal === null) return false;
    const record = encodeRecord(inputs);
    const { now } = inputs[0] as Input;
    try {
      writeFully(this.#journal, record);
      this.#journalBytes += record.length;
      if (fstatSync(this.#journal).nlink === 0) this.check(now);
    } catch (error) {
      this.#endJournal();
      this.#failed(error as Error, now);
    }
    return this.#journal !== null;
  }

  /** When saving is retried, in milliseconds of monotonic time; null: the state on disk is up to date. */
  get retryDueMs(): number | null {
    return this.#retry?.dueMs ?? null;
  }

  /** Notices removed files: appended inputs would be lost. */
  check(nowMs: number): void {
    if (this.#journal === null || this.#retry) return;
    const path = this.#files.path('journal', this.#generation);
    if (statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(this.#journal).ino) return;
    this.#closeJournal();
    this.#failed(new Error(`${path} was removed`), nowMs);
    this.#retry = { dueMs: nowMs, pauseMs: FIRST_RETRY_MS };
  }

  /**
   * Whether a new snapshot should replace the journal. `nowMs` is monotonic time; `laborious`: replaying the last inputs would take long.
   */
  isDue(nowMs: number, laborious: boolean): boolean {
    if (this.#retry) return nowMs >= this.#retry.dueMs;
    if (laborious && nowMs - this.#savedMs >= LABORIOUS_AFTER_MS) return true;
    return this.#journalBytes > Math.max(MIN_JOURNAL, 2 * this.#snapshotBytes);
  }

  /** Writes a snapshot and begins a new journal after it. Returns whether that succeeded. */
  save(snapshot: Omit<Snapshot, 'format'>, nowMs: number): boolean {
    const generation = this.#generation + 1;
    const path = this.#files.path('snapshot', generation);
    const temporary = `${path}.new`;
    let journal: number | null = null;
    try {
      const record = encodeRecord({ format: FORMAT, ...snapshot });
      this.#makeFolders();
      writeFile(temporary, record);
      journal = openSync(this.#files.path('journal', generation), 'w', 0o600);
      renameSync(temporary, path);
      this.#closeJournal();
      this.#journal = journal;
      this.#journalBytes = 0;
      this.#snapshotBytes = record.length;
      this.#generation = generation;
    } catch (error) {
      // The present pair remains, and its journal continues.
      if (journal !== null) closeSync(journal);
      removeQuietly(temporary);
      this.#failed(error as Error, nowMs);
      return false;
    }
    if (this.#retry) this.#warn('The state can be saved again');
    this.#retry = null;
    this.#savedMs = nowMs;
    this.#files.removeOlder(generation);
    return true;
  }

  close(): void {
    this.#closeJournal();
  }

  /** Init ends: the state is not needed any more. */
  remove(): void {
    this.#closeJournal();
    rmSync(this.#files.directory, { recursive: true, force: true });
  }

  #makeFolders(): void {
    if (this.#parentMode === null) return;
    makeFolder(dirname(this.#files.directory), this.#parentMode);
    makeFolder(this.#files.directory, 0o700);
  }

  #failed(error: Error, nowMs: number): void {
    const unsafe = this.#journal === null;
    if (!this.#retry || unsafe !== this.#unsafe) {
      const loss = unsafe ? ', a crash of the daemon would lose what happens from now on' : '';
      this.#warn(`Unable to save the state${loss}: ${error.message}`);
    }
    this.#unsafe = unsafe;
    const pauseMs = this.#retry ? Math.min(2 * this.#retry.pauseMs, LAST_RETRY_MS) : FIRST_RETRY_MS;
    this.#retry = { dueMs: nowMs + pauseMs, pauseMs };
  }

  /** A journal with a gap must not be replayed: cuts it off at its last complete record. */
  #endJournal(): void {
    if (this.#journal === null) return;
    try {
      ftruncateSync(this.#journal, this.#journalBytes);
    } catch {
      // Readers recognise the torn record at its end.
    }
    this.#closeJournal();
  }

  #closeJournal(): void {
    if (this.#journal !== null) closeSync(this.#journal);
    this.#journal = null;
  }

  #readSnapshot(generation: number): Snapshot | null {
    const path = this.#files.path('snapshot', generation);
    const { values, damage } = readRecords(path);
    const snapshot = values[0] as Snapshot | undefined;
    if (!snapshot) {
      this.#warn(`${path}: the saved state is damaged and skipped: ${damage ?? 'it is empty'}`);
      return null;
    }
    this.#snapshotBytes = 0;
    return snapshot;
  }

  #isMigrated(saved: Recovered, generation: number): boolean {
    const { format } = saved.snapshot;
    const path = this.#files.path('snapshot', generation);
    try {
      if (migrate(saved)) return true;
      this.#warn(`${path}: the saved state has format ${format}, this daemon reads ${OLDEST} to ${FORMAT}`);
    } catch (error) {
      this.#warn(`${path}: the saved state of format ${format} is not what it should be: ${(error as Error).message}`);
    }
    return false;
  }
}
