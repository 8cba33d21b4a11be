/** Watches a session until something ends the watching: an interrupt, a job, or the session itself. */
import type { InstanceStatus, Notification, UpstartClient } from '@upstart/protocol';
import { endOf } from './ends.ts';
import type { View } from './view.ts';

/** What ends it, besides an interrupt and the end of the session. */
export interface Rules {
  /** The end of these jobs, or a failure of them. */
  readonly endsWith: Readonly<Record<string, 'end' | 'failure'>>;
  /** Any failure. */
  readonly onFailure: boolean;
  /** The end of the last instance. */
  readonly whenIdle: boolean;
}

export interface Outcome {
  readonly by: 'interrupt' | 'job' | 'idle' | 'session';
  /** The exit status of the job that has ended it; of a project that is idle 1 if a job has failed. */
  readonly status: number;
}

export interface Ports {
  readonly [job: string]: readonly number[] | undefined;
}

export class Watching {
  readonly #client: UpstartClient;
  readonly #view: View;
  readonly #ports: Ports;
  readonly #rules: Rules;
  /** Notifications in the order in which they came: each is finished before the next one begins. */
  #turn: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #finish: (outcome: Outcome) => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(client: UpstartClient, view: View, ports: Ports, rules: Rules) {
    this.#client = client;
    this.#view = view;
    this.#ports = ports;
    this.#rules = rules;
  }

  /** Resolves with what has ended it. `begin` is called once all that happens from then on is seen. */
  async run(interrupted: Promise<void>, begin: () => Promise<void>): Promise<Outcome> {
    const outcome = new Promise<Outcome>((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    interrupted.then(() => this.#finish({ by: 'interrupt', status: 0 }));
    await this.#client.watch(
      (notification) => this.#enqueue(() => this.#take(notification)),
      () => this.#finish({ by: 'session', status: 0 }),
    );
    // An interrupt need not wait for the start.
    begin().then(() => this.#enqueue(() => this.#lookIfIdle()), this.#fail);
    return outcome;
  }

  /** Resolves when all that has been notified so far is shown. */
  async shown(): Promise<void> {
    await this.#turn;
  }

  #enqueue(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch((error: unknown) => this.#fail(error));
  }

  async #take(notification: Notification): Promise<void> {
    if (notification.event === 'restarted') return this.#lookIfIdle();
    if (!('job' in notification) || !this.#view.shows(notification.job)) return;
    const { job } = notification;
    if (notification.event === 'instance-added') await this.#view.lookForMore(this.#client);
    else if (notification.event === 'state' && notification.state === 'running')
      await this.#started(job, notification.instance);
    else if (notification.event === 'process-ended') this.#processEnded(notification);
    else if (notification.event === 'instance-removed') await this.#ended(job, notification.instance);
  }

  #processEnded(ended: Extract<Notification, { event: 'process-ended' }>): void {
    const { slot, text } = ended;
    const isBad = text !== 'exited normally';
    if (text !== '') this.#view.note(label(ended), slot === 'main' ? text : `${slot} ${text}`, isBad);
  }

  async #started(job: string, instance: string): Promise<void> {
    const found = await instanceOf(this.#client, job, instance);
    if (found?.state === 'running') this.#view.note(label({ job, instance }), startedText(found, this.#ports[job]));
  }

  async #ended(job: string, instance: string): Promise<void> {
    const end = await endOf(this.#client, job);
    if (end.hasFailed) this.#hasFailed = true;
    if (end.text !== null && !end.isNotified) this.#view.note(label({ job, instance }), end.text, true);
    const rule = this.#rules.endsWith[job];
    const isOver = rule === 'end' || (end.hasFailed && (rule === 'failure' || this.#rules.onFailure));
    if (isOver) this.#finish({ by: 'job', status: end.status });
    else await this.#lookIfIdle();
  }

  async #lookIfIdle(): Promise<void> {
    if (!this.#rules.whenIdle) return;
    const jobs = await this.#client.call('list', {});
    // The ends that were notified before this answer count first.
    if (jobs.every(({ instances }) => instances.length === 0)) this.#enqueue(() => this.#idle());
  }

  /** A job may have ended before the watching began. */
  async #idle(): Promise<void> {
    for (const job of Object.keys(this.#rules.endsWith)) {
      const { hasFailed, status } = await endOf(this.#client, job);
      if (hasFailed) return this.#finish({ by: 'job', status });
    }
    this.#finish({ by: 'idle', status: this.#hasFailed ? 1 : 0 });
  }
}

/** `started, process 4711, port 5000`. */
export function startedText({ processes }: InstanceStatus, ports: readonly number[] = []): string {
  const main = processes.find(({ slot }) => slot === 'main');
  const parts = ['started', ...(main ? [`process ${main.pid}`] : [])];
  return [...parts, ...ports.map((port) => `port ${port}`)].join(', ');
}

async function instanceOf(client: UpstartClient, job: string, name: string): Promise<InstanceStatus | undefined> {
  const [status] = await client.call('list', { job });
  return status?.instances.find((instance) => instance.name === name);
}

const label = ({ job, instance }: { job: string; instance: string }): string =>
  instance === '' ? job : `${job}-${instance}`;
