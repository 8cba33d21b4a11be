/** One call of `upstart logs`: opens what is wanted, shows it, and follows it. */

import { systemErrorText } from '@upstart/common';
import { type LogFile, type LogPart, partsOf } from '@upstart/log-reader';
import type { UpstartClient } from '@upstart/protocol';
import { readHistory } from '../../history.ts';
import { printable } from '../../text/colour.ts';
import { type Call, EXIT } from '../command.ts';
import { Follower } from './follow.ts';
import { meantLogs } from './log-files.ts';
import { inTimeOrder } from './merge.ts';
import { both, type Given, type Wanted } from './options.ts';
import { placed } from './placing.ts';
import { periodOfRun, type Run, RunWatch, runsOf } from './runs.ts';
import { type LogLine, LogSeries } from './series.ts';
import { type Shown, shower } from './show.ts';

/** The end of the run before the first one shown is looked for so far back, in milliseconds. */
const BEFORE_MS = 3_600_000;

interface Options extends Given {
  readonly json?: boolean | undefined;
  readonly prefix?: boolean | undefined;
  readonly timestamps?: boolean | undefined;
}

export class Reading {
  status: number = EXIT.done;
  readonly #call: Call<Options>;
  readonly #client: UpstartClient;
  readonly #wanted: Wanted;
  readonly #isAlone: boolean;
  readonly #hasMarks: boolean;
  #series: LogSeries[] = [];
  #parts: ReadonlyMap<LogFile, LogPart[]> = new Map();
  #print: (shown: readonly Shown[]) => void = () => {};

  /** `isAlone`: a single log, whose lines need no name. */
  constructor(call: Call<Options>, client: UpstartClient, wanted: Wanted, isAlone: boolean) {
    this.#call = call;
    this.#client = client;
    this.#wanted = wanted;
    this.#isAlone = isAlone;
    const { json, prefix } = call.options;
    this.#hasMarks = json !== true && prefix !== false && wanted.matches === null && wanted.run === null;
  }

  async open(files: readonly LogFile[], now: Date): Promise<void> {
    const { json, prefix, timestamps } = this.#call.options;
    const form = { json: json === true, prefix: prefix ?? !this.#isAlone, times: timestamps === true };
    const textOf = shower(
      form,
      files.map(({ label }) => label),
      this.#call.print.colour,
    );
    this.#print = (shown) => {
      if (shown.length > 0) this.#call.print.raw(shown.map(textOf).join(''));
    };
    const { run, period, matches, literal, count } = this.#wanted;
    this.#parts = partsOf(files);
    const runs = run === null ? [] : await this.#readRuns(files, 0);
    this.#series = files.flatMap((file) => {
      const own = runs.filter(({ label }) => label === file.label);
      const ofRun = run === null ? period : periodOfRun(own, run);
      if (ofRun === null) return [];
      const selection = { period: both(period, ofRun), matches, literal, count };
      return [
        new LogSeries(file, this.#parts.get(file) ?? [], selection, now, ({ path }, error) => {
          const { code, message } = error as NodeJS.ErrnoException;
          const reason = code?.startsWith('Z_') === true ? `it is damaged (${message})` : systemErrorText(error);
          if (code !== 'ENOENT') this.#fail(`Unable to read ${printable(path)}: ${reason}`);
        }),
      ];
    });
  }

  /** A single log was named: it is an error if there is none. */
  mustExist(files: readonly LogFile[]): void {
    const [first] = files;
    if (first === undefined || this.#series.some(({ isThere }) => isThere)) return;
    const path = printable(first.path);
    const isRun = this.#wanted.run !== null && this.#series.length === 0;
    this.#fail(isRun ? `Init remembers no such run: ${path}` : `Nothing has been logged yet: ${path}`);
  }

  async show(): Promise<void> {
    const begun: { batches: AsyncIterable<readonly LogLine[]>; label: string; firstMs: number }[] = [];
    for (const series of this.#series) {
      const lines = series.lines();
      const { done, value } = await lines.next();
      if (done === true) continue;
      begun.push({ batches: resumed(value, lines), label: series.file.label, firstMs: value[0]?.orderMs ?? 0 });
    }
    const sources: AsyncIterable<readonly Shown[]>[] = begun.map(({ batches }) => batches);
    if (this.#hasMarks && begun.length > 0) {
      const isWhole = !Number.isFinite(this.#wanted.count);
      const firstMs = new Map(begun.map((log) => [log.label, isWhole ? this.#wanted.period.sinceMs : log.firstMs]));
      sources.unshift(await this.#marks(firstMs));
    }
    for await (const shown of inTimeOrder(sources)) {
      this.#print(shown);
      if (this.#call.context.signal?.aborted === true) return;
    }
  }

  /** Follows jobs and instances that start later, too. */
  async follow(names: readonly string[]): Promise<void> {
    const { signal } = this.#call.context;
    const { matches } = this.#wanted;
    const follower = new Follower(this.#series, (lines) =>
      this.#print(matches === null ? lines : lines.filter(({ text }) => matches(text))),
    );
    const lookForMore = async (): Promise<void> => follower.add((await meantLogs(this.#client, names)).files);
    const runs = new RunWatch();
    await lookForMore();
    await new Promise<void>((resolve, reject) => {
      signal?.addEventListener('abort', () => resolve());
      this.#client
        .watch(
          (notification) => {
            const { event } = notification;
            if (event === 'job-added' || event === 'instance-added' || event === 'restarted')
              lookForMore().catch(() => {});
            const run = runs.noticed(notification, Date.now());
            const file = run && follower.fileOf(run.label);
            if (!this.#hasMarks || !run || !file) return;
            // What the run before has output comes first.
            follower.look();
            this.#print([{ run, file, orderMs: run.atMs }]);
          },
          (reason) => reason && reject(reason),
        )
        .catch(reject);
    }).finally(() => follower.close());
  }

  /** The beginnings of runs, as a source. `firstMs`: of each log what is the first to be shown. */
  async #marks(firstMs: ReadonlyMap<string, number>): Promise<AsyncIterable<Shown[]>> {
    const files = this.#series.map(({ file }) => file);
    const byLabel = new Map(files.map((file) => [file.label, file]));
    // Where the history is not for the caller there are no marks.
    const runs = await this.#readRuns(files, Math.min(...firstMs.values()) - BEFORE_MS).catch(() => []);
    const shown = runs.flatMap((run): Shown[] => {
      const file = byLabel.get(run.label);
      const from = firstMs.get(run.label) ?? Number.POSITIVE_INFINITY;
      if (file === undefined || run.atMs < from || run.atMs >= this.#wanted.period.untilMs) return [];
      return [{ run, file, orderMs: run.atMs }];
    });
    return (async function* () {
      if (shown.length > 0) yield shown;
    })();
  }

  /** The runs of these logs, oldest first. */
  async #readRuns(files: readonly LogFile[], sinceMs: number): Promise<Run[]> {
    const { entries } = await readHistory(this.#client, {
      job: null,
      sinceMs: Math.max(0, Math.floor(sinceMs)),
      after: 0,
    });
    const byLabel = new Map(files.map((file) => [file.label, file]));
    const runs = runsOf(entries).flatMap((run) => {
      const file = byLabel.get(run.label);
      return file === undefined ? [] : [placed(run, file, this.#parts.get(file) ?? [])];
    });
    return runs.sort((one, other) => one.atMs - other.atMs);
  }

  #fail(text: string): void {
    this.#call.print.failure(text);
    this.status = EXIT.failed;
  }
}

async function* resumed<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}
