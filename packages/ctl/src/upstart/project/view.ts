/** The lines of a project on the screen: the output of its jobs, and what happens to them, each behind the name of its job. */
import { systemErrorText } from '@upstart/common';
import { ownerOf } from '@upstart/log-reader';
import type { UpstartClient } from '@upstart/protocol';
import { printable } from '../../text/colour.ts';
import { columnsOf, padColumns } from '../../text/columns.ts';
import type { Call } from '../command.ts';
import { meantJobs } from '../jobs.ts';
import { Follower } from '../logs/follow.ts';
import { lastLines } from '../logs/last-lines.ts';
import { logFilesOf } from '../logs/log-files.ts';
import type { LogLine } from '../logs/series.ts';
import { labelOfLog } from './label.ts';

/** Colours that a program has written: none outside of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
const ESCAPE_SEQUENCE = /\u001b\[[0-9;?]*[A-Za-z]/g;
const ALL = ['*'];

export class View {
  readonly #call: Call;
  readonly #jobs: readonly string[];
  readonly #width: number;
  #follower: Follower | null = null;

  /** `jobs` are those whose lines are shown, in the order of their colours. */
  constructor(call: Call, jobs: readonly string[]) {
    this.#call = call;
    this.#jobs = jobs;
    this.#width = Math.max(0, ...jobs.map((job) => columnsOf(printable(job))));
  }

  shows(job: string): boolean {
    return this.#jobs.includes(job);
  }

  /** Shows what the jobs output from now on, after the last `count` lines. Logs of instances are picked up as they begin. */
  async follow(client: UpstartClient, count: number): Promise<void> {
    const files = await this.#files(client);
    const { lines, ends } = await lastLines(files, count, (path, error) => {
      throw new Error(`Unable to read ${path}: ${systemErrorText(error)}`);
    });
    const show = (shown: readonly LogLine[]): void => {
      for (const { file, text } of shown) this.output(labelOfLog(file.label, this.#jobs), text);
    };
    show(lines);
    this.#follower = new Follower(ends, show);
    this.#follower.add(files);
  }

  /** Looks for logs of instances that are new. */
  async lookForMore(client: UpstartClient): Promise<void> {
    const files = await this.#files(client);
    this.#follower?.add(files);
  }

  async #files(client: UpstartClient): Promise<Awaited<ReturnType<typeof logFilesOf>>> {
    const { jobs } = await meantJobs(client, ALL);
    return logFilesOf(
      client,
      jobs.filter(({ job }) => this.shows(job)),
    );
  }

  /** Prints what is left in the logs. */
  close(): void {
    this.#follower?.close();
    this.#follower = null;
  }

  output(label: string, text: string): void {
    const { print } = this.#call;
    print.line(`${this.#prefix(label, '|')} ${print.forPeople ? text : text.replace(ESCAPE_SEQUENCE, '')}`);
  }

  /** What happens to a job. */
  note(job: string, text: string, isBad = false): void {
    const { colour } = this.#call.print;
    // What it has output before comes first.
    this.#follower?.look();
    this.#call.print.line(`${this.#prefix(job, '*')} ${(isBad ? colour.bad : colour.dim)(printable(text))}`);
  }

  /** What happens to the project. */
  say(text: string): void {
    const { colour } = this.#call.print;
    this.#call.print.line(`${' '.repeat(this.#width)} ${colour.dim(`* ${text}`)}`);
  }

  #prefix(label: string, sign: string): string {
    const { colour } = this.#call.print;
    const number = this.#jobs.indexOf(ownerOf(label, this.#jobs));
    const paint = colour.names[Math.max(0, number) % colour.names.length] ?? String;
    return paint(`${padColumns(printable(label), this.#width)} ${sign}`);
  }
}
