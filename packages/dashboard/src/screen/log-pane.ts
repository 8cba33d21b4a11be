/** The end of a job's log, as it grows. */
import { stripVTControlCharacters } from 'node:util';
import { encodeText, systemErrorText } from '@upstart/common';
import { Follower, type LogFile, lastLines, logFilesOf, meantJobs, printable } from '@upstart/ctl/parts';
import type { UpstartClient } from '@upstart/protocol';

/** Lines that are kept, and that are read in the beginning. */
const MAX_LINES = 2000;
const FIRST_LINES = 500;

export class LogPane {
  readonly job: string;
  readonly #changed: () => void;
  #lines: string[] = [];
  #follower: Follower | null = null;
  #isClosed = false;
  #trouble = '';

  constructor(job: string, changed: () => void) {
    this.job = job;
    this.#changed = changed;
  }

  get lines(): readonly string[] {
    if (this.#trouble !== '') return [this.#trouble];
    return this.#lines.length > 0 ? this.#lines : ['Nothing has been logged yet.'];
  }

  async open(client: UpstartClient): Promise<void> {
    try {
      const files = await filesOf(client, this.job);
      const { lines, ends } = await lastLines(files, FIRST_LINES, (path, error) => {
        throw new Error(`Unable to read ${path}: ${systemErrorText(error)}`);
      });
      if (this.#isClosed) return;
      this.#add(lines, files.length);
      this.#follower = new Follower(ends, (found) => {
        if (found.length > 0) this.#add(found, files.length);
      });
      this.#follower.add(files);
    } catch (error) {
      this.#trouble = (error as Error).message;
    }
    this.#changed();
  }

  /** Logs of instances that have begun since. */
  async lookForMore(client: UpstartClient): Promise<void> {
    const follower = this.#follower;
    if (follower === null) return;
    const files = await filesOf(client, this.job).catch(() => []);
    if (!this.#isClosed) follower.add(files);
  }

  close(): void {
    this.#isClosed = true;
    this.#follower?.close();
  }

  #add(found: readonly { readonly file: LogFile; readonly text: string }[], logs: number): void {
    if (this.#isClosed) return;
    const texts = found.map(({ file, text }) => shown(logs > 1 ? `${file.label} | ${text}` : text));
    this.#lines = [...this.#lines, ...texts].slice(-MAX_LINES);
    this.#changed();
  }
}

/** Without the colours and moves of the program that wrote it, and with what is no UTF-8 replaced. */
const shown = (text: string): string =>
  printable(stripVTControlCharacters(encodeText(text).toString('utf8').replaceAll('\t', '    ')));

async function filesOf(client: UpstartClient, job: string): Promise<LogFile[]> {
  const { jobs } = await meantJobs(client, [job]);
  return logFilesOf(
    client,
    jobs.filter(({ by }) => by === 'name'),
  );
}
