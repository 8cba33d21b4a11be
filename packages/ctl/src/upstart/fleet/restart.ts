/** `upstart fleet restart`: on all hosts at one time, or in batches that follow each other (a rolling restart). */
import { UsageError } from '@upstart/common';
import { printable } from '../../text/colour.ts';
import { EXIT } from '../command.ts';
import { type ChangedJobs, limitsOf } from '../commands/change.ts';
import { type MeantJob, meantJobs } from '../jobs.ts';
import type { FleetAction, FleetCall } from './action.ts';
import { askHosts, type MissingHost, type Replies, sayMissing } from './ask.ts';
import { changeOn, jobsOf } from './changes.ts';
import { untilWell } from './ready.ts';
import { sayUnknown } from './unknown.ts';

export const restart: FleetAction = {
  ...{ words: 'JOB..', least: 1, most: Number.POSITIVE_INFINITY },
  options: ['wait', 'batch', 'wait-ready', 'stop-on-failure'],
  run: (given) => new Rolling(given).run(),
};

/** How long a host may take to be well without `--timeout`. */
const WELL_MS = 60_000;

/** An instance that is to start waits: for a lease that another host has, or for what reacts to its event. A restart would wait with it. */
const isUp = ({ env, instances }: MeantJob): boolean =>
  env.length > 0 || instances.some(({ goal, state }) => goal !== 'start' || state !== 'starting');

class Rolling {
  readonly #given: FleetCall;
  readonly #size: number;
  readonly #jobs: ReturnType<typeof jobsOf> = [];
  readonly #missing: MissingHost[] = [];
  readonly #failed = new Set<string>();
  #exit: number = EXIT.done;

  constructor(given: FleetCall) {
    const { batch, wait } = given.call.options;
    if (wait === false && (batch !== undefined || this.#isOption(given, 'wait-ready')))
      throw new UsageError('--no-wait and batches exclude each other');
    if (batch === undefined && this.#isOption(given, 'stop-on-failure'))
      throw new UsageError('--stop-on-failure needs --batch: without batches all hosts restart at one time');
    if (batch !== undefined && !/^[1-9][0-9]{0,5}$/.test(batch))
      throw new UsageError(`--batch takes a number of hosts from 1, not ${batch || 'nothing'}`);
    this.#given = given;
    this.#size = batch === undefined ? Number.POSITIVE_INFINITY : Number(batch);
  }

  async run(): Promise<number> {
    const { call } = this.#given;
    const hosts = await this.#concerned();
    const batches: FleetCall['hosts'][] = [];
    for (let at = 0; at < hosts.length; at += this.#size) batches.push(hosts.slice(at, at + this.#size));
    let done = 0;
    while (done < batches.length && !this.#hasToStop) {
      await this.#restart(batches[done] as FleetCall['hosts'], done + 1, batches.length);
      done += 1;
    }
    const left = batches.slice(done).flatMap((batch) => batch.map(({ host }) => host));
    if (call.options.json === true)
      call.print.json({ jobs: this.#jobs, failed: [...this.#failed], notReached: left, missing: this.#missing });
    const partial = sayMissing({ missing: this.#missing }, call);
    if (left.length > 0)
      call.print.failure(`stopped before batch ${done + 1} of ${batches.length}; not restarted: ${left.join(', ')}`);
    return Math.max(this.#exit, partial, left.length > 0 ? EXIT.failed : EXIT.done);
  }

  #isOption({ call }: FleetCall, name: 'wait-ready' | 'stop-on-failure'): boolean {
    return call.options[name] === true;
  }

  get #hasToStop(): boolean {
    return this.#isOption(this.#given, 'stop-on-failure') && this.#failed.size + this.#missing.length > 0;
  }

  /** The hosts on which one of the jobs runs: batches are made of these. */
  async #concerned(): Promise<FleetCall['hosts']> {
    const { call, hosts } = this.#given;
    const asked = await askHosts(this.#given, (client) => meantJobs(client, call.words));
    this.#missing.push(...asked.missing);
    const words = asked.replies.map(({ value }) => value.unknown);
    this.#exit = Math.max(this.#exit, sayUnknown(words, call));
    const running = new Set(asked.replies.filter(({ value }) => value.jobs.some(isUp)).map(({ host }) => host));
    if (running.size === 0 && this.#exit === EXIT.done && asked.replies.length > 0) {
      call.print.failure(`no host runs ${printable(call.words.join(' '))}`);
      this.#exit = EXIT.notRunning;
    }
    return hosts.filter(({ host }) => running.has(host));
  }

  async #restart(hosts: FleetCall['hosts'], number: number, count: number): Promise<void> {
    const { call } = this.#given;
    const names = hosts.map(({ host }) => host).join(', ');
    if (count > 1 && call.options.json !== true)
      call.print.line(call.print.colour.dim(`batch ${number} of ${count}: ${names}`));
    const asked = await changeOn('restart', this.#given, hosts);
    this.#take(asked);
    if (this.#isOption(this.#given, 'wait-ready')) await this.#awaitReady(hosts, asked);
  }

  #take(asked: Replies<ChangedJobs>): void {
    this.#jobs.push(...jobsOf(asked));
    this.#missing.push(...asked.missing);
    for (const { host, value } of asked.replies) if (value.exit !== EXIT.done) this.#failed.add(host);
    this.#exit = Math.max(this.#exit, ...asked.replies.map(({ value }) => value.exit));
  }

  async #awaitReady(hosts: FleetCall['hosts'], { replies }: Replies<ChangedJobs>): Promise<void> {
    const { call, fleet } = this.#given;
    const { timeoutMs = WELL_MS } = limitsOf(call.options);
    const restarted = new Map(replies.map(({ host, value }) => [host, value.exit === EXIT.done ? value : null]));
    const asked = await askHosts({ fleet, hosts: hosts.filter(({ host }) => restarted.get(host)) }, (client, host) =>
      untilWell(client, restarted.get(host)?.statuses ?? [], timeoutMs),
    );
    this.#missing.push(...asked.missing);
    for (const { host, value } of asked.replies) {
      if (value === null) continue;
      call.print.failure(`not ready on ${host}: ${value}`);
      this.#failed.add(host);
      this.#exit = Math.max(this.#exit, EXIT.failed);
    }
  }
}
