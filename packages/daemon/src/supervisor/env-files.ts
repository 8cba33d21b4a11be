/**
 * `env-file`: reads the variables of a process that is about to be started, and adds them to its environment. Nothing here waits:
 * files are read in the background, once for each start of a process, and the engine spawns the process again until that is done
 * (`engine/reports/process-end.ts`). A daemon that was killed meanwhile has
 * started nothing: the next one reads them.
 */
import { decodeText, Patience } from '@upstart/common';
import { EnvFileError, type EnvFileFault, parseEnvFile } from '@upstart/job-language';
import { fsPath } from '../conf/job-file.ts';
import { keyOf, mergeVariables } from '../engine/environment/environment.ts';
import type { Refusal } from '../identity/resolve.ts';
import { ReadError, type ReadOptions, readFile } from './file-reader.ts';
import type { EnvFilesSpec, SpawnSpec } from './process-messages.ts';

/** The largest file, in bytes: no program can be started with much more. */
export const MAX_ENV_FILE_BYTES = 128 * 1024;
/** The timeout of all files of one process together, in milliseconds, from when the first of them is being read. */
export const PATIENCE_MS = 5000;
/** The most processes of jobs whose files are read at a time; the others wait for their turn. */
export const MAX_READING = 16;
/** Variables that no spawn asks for, as the job is to stop, are dropped after so many milliseconds. */
export const KEPT_MS = 10_000;

const ENOENT = 2;
const ENOTDIR = 20;

/** The variables of all files as `KEY=VALUE`, in order, or why there are none. */
export type Variables = { variables: string[]; refusal: null } | { variables: null; refusal: Refusal };

export interface EnvFilesOptions {
  patienceMs?: number;
  keptMs?: number;
  /** Runs the reader. */
  shell?: string;
}

interface Reading {
  key: string;
  files: EnvFilesSpec['files'];
  result: Variables | null;
  isWanted: boolean;
  /** Ends the read that is under way. */
  end: AbortController;
  timer?: NodeJS.Timeout;
}

export class EnvFiles {
  readonly #options: EnvFilesOptions;
  readonly #readings = new Map<string, Reading>();
  /** Those that wait for their turn, oldest first. */
  readonly #waiting = new Set<Reading>();
  #running = 0;

  constructor(options: EnvFilesOptions = {}) {
    this.#options = options;
  }

  /** The variables for such a process; null: they are being read. They are kept until `forget`, or for KEPT_MS. */
  lookUp(spec: EnvFilesSpec): Variables | null {
    const key = keyOfSpec(spec);
    const known = this.#readings.get(key);
    if (known && spec.isRetry !== false) return known.result;
    this.forget(spec);
    const reading: Reading = { key, files: spec.files, result: null, isWanted: true, end: new AbortController() };
    this.#readings.set(key, reading);
    this.#waiting.add(reading);
    this.#readNext();
    return null;
  }

  /** The process is being started: the next one reads the files again. */
  forget(spec: EnvFilesSpec): void {
    const reading = this.#readings.get(keyOfSpec(spec));
    if (reading) this.#drop(reading);
  }

  #readNext(): void {
    for (const reading of this.#waiting) {
      if (this.#running >= MAX_READING) return;
      this.#waiting.delete(reading);
      void this.#read(reading);
    }
  }

  async #read(reading: Reading): Promise<void> {
    const { patienceMs = PATIENCE_MS, keptMs = KEPT_MS, shell } = this.#options;
    const { files, end } = reading;
    const options = { maxSize: MAX_ENV_FILE_BYTES, signal: end.signal, ...(shell !== undefined && { shell }) };
    this.#running++;
    const patience = new Patience(patienceMs, () => end.abort());
    reading.result = await readAll(files, options);
    patience.end();
    this.#running--;
    if (reading.isWanted) reading.timer = setTimeout(() => this.#drop(reading), keptMs).unref();
    this.#readNext();
  }

  #drop(reading: Reading): void {
    clearTimeout(reading.timer);
    reading.isWanted = false;
    reading.end.abort();
    this.#waiting.delete(reading);
    this.#readings.delete(reading.key);
  }
}

/** A state saved by an older daemon lacks the key: the process reads its files whenever it is spawned. */
function keyOfSpec({ key, files }: EnvFilesSpec): string {
  return key ?? JSON.stringify(files);
}

/** The environment with the variables of files. Of a name in several files the last one wins. */
export function withVariables(spec: Pick<SpawnSpec, 'env' | 'envFiles'>, variables: readonly string[]): string[] {
  const kept = new Set(spec.envFiles?.fixed);
  const env = [...spec.env];
  mergeVariables(
    env,
    variables.filter((entry) => !kept.has(keyOf(entry))),
  );
  return env;
}

async function readAll(files: EnvFilesSpec['files'], options: ReadOptions): Promise<Variables> {
  const variables: string[] = [];
  for (const [index, { path, mayBeMissing }] of files.entries()) {
    try {
      // A path that begins with a variable without a value.
      if (!path.startsWith('/')) throw new UnusableFile('path');
      for (const entry of parseEnvFile(decodeText(await readFile(fsPath(path), options)))) variables.push(entry);
    } catch (error) {
      const refusal = refusalOf(error, index);
      const isMissing = refusal.step === 'env-file' && (refusal.errno === ENOENT || refusal.errno === ENOTDIR);
      if (!mayBeMissing || !isMissing) return { variables: null, refusal };
    }
  }
  return { variables, refusal: null };
}

class UnusableFile extends Error {
  readonly fault: EnvFileFault;
  constructor(fault: EnvFileFault) {
    super(fault);
    this.fault = fault;
  }
}

/**
 * `detail`: `INDEX LINE FAULT`, or `INDEX` where the system has said why. The supervisor keeps no longer one, such as a path. Without a
 * process to read with, the spawn is tried again as if there was none for itself.
 */
function refusalOf(error: unknown, index: number): Refusal {
  const step = 'env-file';
  if (error instanceof EnvFileError) return { step, errno: 0, detail: `${index} ${error.line} ${error.fault}` };
  if (error instanceof UnusableFile) return { step, errno: 0, detail: `${index} 0 ${error.fault}` };
  if (!(error instanceof ReadError)) throw error;
  const { reason, isFork } = error;
  if (typeof reason === 'string') return { step, errno: 0, detail: `${index} 0 ${reason}` };
  return isFork ? { step: 'fork', errno: reason, detail: '' } : { step, errno: reason, detail: `${index}` };
}
