/**
 * The job files of an init: reads them, chooses among directories, applies overrides, and notices changes
 * (reference: job files §1, §5, §6).
 */
import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type BrokenFile, systemErrorText } from '@upstart/common';
import { brokenFile, type JobDefinition, JobFileError, parseJob, type StanzaPlace } from '@upstart/job-language';
import type { LogPriority } from '@upstart/protocol';
import { isPassing } from './file-errors.ts';
import { fsPath, inspect, readJobFile, signatureOf } from './job-file.ts';
import { type ConfFile, noChanges, Source, type SourceChanges, type SourceFile } from './source.ts';
import { isSettled, takeOver } from './unchanged.ts';
import type { WatchEvent } from './watcher.ts';
import { Watches } from './watches.ts';

export interface ConfigurationOptions {
  /** Directories of job files; the first one with a job provides it. */
  sources: readonly string[];
  /** Whether the daemon runs with `--debug`. */
  debug: boolean;
  /** Whether to notice changes. */
  watch: boolean;
  /** The helper program conf-watch; null: use fs.watch. */
  watcher: string | null;
  /** The best definition of a name has, or may have, changed; null: no file defines it any more. */
  onChange(name: string, definition: JobDefinition | null): void;
  /** A file was rejected. */
  onError(error: JobFileError): void;
  onLog(level: LogPriority, text: string): void;
  /** `reload` has read everything again. */
  onReloaded?(): void;
  /** The helper program was started or restarted. */
  onHelper?(): void;
  /** Milliseconds since the epoch; by default the machine's clock. */
  now?: () => number;
}

/** Findings in the files of a job besides its definition. */
type Findings = Pick<ConfFile, 'errors' | 'manual'>;

/** The pause before files are read again that failed for want of descriptors or memory. */
const READ_AGAIN_MS = 1000;

export class Configuration {
  readonly #options: ConfigurationOptions;
  #sources: Source[];
  /** The definitions that `onChange` was called with. */
  readonly #announced = new Map<string, JobDefinition>();
  readonly #watches: Watches | null;
  /** Some file could not be read and keeps its old content; reading is retried. */
  #incomplete = false;
  #readAgain: NodeJS.Timeout | undefined;
  #completed: (() => void)[] = [];

  constructor(options: ConfigurationOptions) {
    this.#options = options;
    this.#sources = options.sources.map((directory) => new Source(resolve(directory)));
    const { watch, watcher, onLog, onHelper = () => undefined } = options;
    this.#watches = watch ? new Watches(watcher, (events) => this.#handle(events), onLog, onHelper) : null;
  }

  /** Reads everything and begins to watch. Returns when all definitions have been reported. */
  load(): void {
    this.#replace(new Set(this.#sources));
  }

  /**
   * Reads everything again, except files that certainly have not changed: reports the definitions, and null for those that
   * are gone.
   */
  reload(): void {
    this.#options.onLog('info', 'Reloading configuration');
    this.#replace(new Set(this.#sources));
    this.#options.onReloaded?.();
  }

  /** Calls back once everything has been read; at once if it has. */
  whenComplete(callback: () => void): void {
    if (this.#incomplete) this.#completed.push(callback);
    else callback();
  }

  /** The files with errors at present, sorted by path. */
  broken(): BrokenFile[] {
    const broken = new Map<string, BrokenFile>();
    for (const source of this.#sources) {
      for (const [job, { errors }] of source.confs) {
        for (const error of errors) broken.set(error.path, brokenFile(job, error));
      }
    }
    return [...broken.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** The `manual` that takes the job's `start on` away; null: it has its `start on`, or never had one to lose. */
  switchedOff(name: string): StanzaPlace | null {
    const file = this.#sources.map((source) => source.confs.get(name)).find((found) => found?.definition != null);
    return file?.definition?.startOn === null ? file.manual : null;
  }

  /**
   * Resolves when all changes of job files until now have been reported. Events take a moment; a caller that is about to say
   * that a job is unknown can wait for this first, so that a file counts as soon as it is written.
   */
  async settled(): Promise<void> {
    await this.#watches?.settled();
  }

  /** A client has been answered: watching may begin, if it has not. */
  watchSoon(): void {
    this.#watches?.soon();
  }

  /** Ends watching. */
  close(): void {
    clearTimeout(this.#readAgain);
    this.#watches?.close();
  }

  /** Scans some sources from scratch and reads their files. */
  #replace(stale: ReadonlySet<Source>): void {
    const changes = new Map<Source, SourceChanges>();
    this.#sources = this.#sources.map((old) => {
      if (!stale.has(old)) return old;
      this.#options.onLog('info', `Loading configuration from ${old.directory}`);
      const source = new Source(old.directory);
      const found = noChanges();
      source.scan(found);
      if (found.unread.size > 0) {
        // Keeps the old content whole until all of the new can be read.
        changes.set(old, { ...noChanges(), unread: found.unread });
        return old;
      }
      takeOver(source, old, found);
      for (const [name, { path }] of old.confs) {
        if (source.confs.has(name)) continue;
        this.#options.onLog('info', `Handling deletion of ${path}`);
        found.confs.add(name);
      }
      for (const name of old.overrides.keys()) found.overrides.add(name);
      for (const path of source.replaced(old)) found.dropped.add(path);
      changes.set(source, found);
      return source;
    });
    this.#apply(changes);
  }

  /** Reads the changed files, reports the new definitions, and updates the watches. */
  #apply(changes: ReadonlyMap<Source, SourceChanges>): void {
    const changed = new Set<string>();
    const overridden = new Set<string>();
    const unread = new Map<string, string>();
    for (const source of this.#sources) {
      const found = changes.get(source) ?? noChanges();
      const { confs, overrides, troubles, leftOut } = found;
      for (const [path, reason] of troubles) {
        this.#options.onLog('error', `${path}: Unable to load configuration: ${reason}`);
      }
      this.#tellLeftOut(leftOut);
      for (const name of overrides) overridden.add(name);
      for (const name of overridden) if (source.confs.has(name)) confs.add(name);
      for (const name of confs) {
        this.#read(source, name, found);
        changed.add(name);
      }
      for (const [path, reason] of found.unread) unread.set(path, reason);
    }
    for (const name of changed) this.#announce(name);
    const dropped = [...changes.values()].flatMap((found) => [...found.dropped]);
    this.#watches?.update(this.#sources, dropped);
    this.#noteUnread(unread);
  }

  /** One line for all of them: where links lead crosswise there are thousands. */
  #tellLeftOut(leftOut: ReadonlyMap<string, string>): void {
    const [first] = leftOut;
    if (first === undefined) return;
    const others = leftOut.size - 1;
    const more = others === 0 ? '' : `; ${others} more ${others === 1 ? 'directory is' : 'directories are'} left out`;
    this.#options.onLog('error', `${first[0]}: Unable to load configuration: ${first[1]}${more}`);
  }

  /** Retries files that could not be read until they can; logs that once. */
  #noteUnread(unread: ReadonlyMap<string, string>): void {
    if (unread.size === 0 || this.#readAgain !== undefined) return;
    if (!this.#incomplete) {
      for (const [path, reason] of unread) this.#options.onLog('warn', `${path}: Unable to read it for now: ${reason}`);
    }
    this.#incomplete = true;
    this.#readAgain = setTimeout(() => {
      this.#readAgain = undefined;
      this.#handle([{ kind: 'missed', path: '' }]);
      if (this.#readAgain !== undefined) return;
      this.#incomplete = false;
      for (const callback of this.#completed.splice(0)) callback();
    }, READ_AGAIN_MS);
  }

  /** Reads a conf file and the override that counts for it: the first one up to the file's own directory. */
  #read(source: Source, name: string, { unread }: SourceChanges): void {
    const file = source.confs.get(name);
    if (file === undefined) return;
    const found: Findings = { errors: [], manual: null };
    try {
      file.definition = this.#define(source, file, name, found);
      Object.assign(file, found);
    } catch (error) {
      if (!isPassing(error)) throw error;
      file.signature = null;
      unread.set((error as NodeJS.ErrnoException).path ?? file.path, systemErrorText(error));
    }
  }

  #define(source: Source, file: ConfFile, name: string, found: Findings): JobDefinition | null {
    const conf = this.#parse(file, found, name);
    if (conf === null) return null;
    for (const earlier of this.#sources) {
      const override = earlier.overrides.get(name);
      if (override !== undefined) return this.#parse(override, found, name, conf) ?? conf;
      if (earlier === source) break;
    }
    return conf;
  }

  /** The definition in `read`; null if the file is rejected (the error is added to `found`) or absent. */
  #parse(read: SourceFile, found: Findings, name: string, into?: JobDefinition): JobDefinition | null {
    const { path } = read;
    let manual = found.manual;
    read.signature = null;
    read.settled = false;
    const { debug, now = Date.now } = this.#options;
    const beganMs = now();
    try {
      const content = readJobFile(path);
      if (content === null) return null;
      read.signature = content.signature;
      read.settled = isSettled(content, beganMs);
      const onManual = (line: number): void => {
        manual = { path, line };
      };
      const options = { name, path, debug, onManual };
      const definition = parseJob(content.text, into === undefined ? options : { ...options, into });
      found.manual = manual;
      return definition;
    } catch (error) {
      if (!(error instanceof JobFileError)) throw error;
      read.signature ??= signatureOf(path);
      found.errors.push(error);
      this.#options.onError(error);
      return null;
    }
  }

  /** Reports the definition of a name if it has changed since the last report. */
  #announce(name: string): void {
    const best = this.#best(name);
    if (best === this.#announced.get(name)) return;
    if (best === undefined) this.#announced.delete(name);
    else this.#announced.set(name, best);
    this.#options.onChange(name, best ?? null);
  }

  #best(name: string): JobDefinition | undefined {
    for (const { confs } of this.#sources) {
      const definition = confs.get(name)?.definition;
      if (definition) return definition;
    }
    return undefined;
  }

  #handle(events: readonly WatchEvent[]): void {
    const changes = new Map(this.#sources.map((source) => [source, noChanges()]));
    for (const event of events) {
      for (const [source, found] of changes) this.#look(source, event, found);
    }
    this.#apply(changes);
    const appeared = this.#sources.filter((source) => appears(source, events));
    if (appeared.length > 0) this.#replace(new Set(appeared));
  }

  #look(source: Source, { kind, path }: WatchEvent, changes: SourceChanges): void {
    if (kind === 'watching') {
      source.rescan(path, changes);
    } else if (kind === 'missed') {
      for (const folder of [...source.folders.keys()]) source.rescan(folder, changes);
    } else if (kind === 'lost' && path === source.directory) {
      this.#options.onLog('warn', `${path}: Configuration directory deleted`);
      source.detach(changes);
    } else {
      source[kind === 'lost' ? 'written' : kind](dirname(path), basename(path), changes);
    }
  }
}

/** Whether events concern a missing source, or a directory that leads to it. */
function appears({ directory, folders }: Source, events: readonly WatchEvent[]): boolean {
  if (folders.size > 0) return false;
  const told = events.some(({ kind, path }) => kind !== 'lost' && `${directory}/`.startsWith(`${path}/`));
  return told && inspect(() => statSync(fsPath(directory)))?.isDirectory() === true;
}
