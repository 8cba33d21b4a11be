/** The operands of all jobs, kept up to date (reference: bridges §1.3). */
import { type Condition, conditionEvents } from '@upstart/common';
import { OF_CLUSTER } from '@upstart/job-language';
import { type JobConfig, type Notification, type UpstartClient, UpstartError } from '@upstart/protocol';
import type { Operand, OperandChanges, Stanza } from './source.ts';

/** With more jobs to look at than this, all are asked for at once. */
const MANY_JOBS = 16;

/** A job's operands, by what makes them equal. */
type Operands = Map<string, Operand>;

export class Jobs {
  readonly #client: UpstartClient;
  readonly #isWanted: (event: string) => boolean;
  readonly #changed: (changes: OperandChanges) => void | Promise<void>;
  readonly #byJob = new Map<string, Operands>();
  /** Jobs that may have changed. */
  readonly #dirty = new Set<string>();
  #allAreDirty = true;
  /** The look that is under way; it ends when nothing is dirty. */
  #look: Promise<void> | null = null;

  /** `isWanted`: whether operands of an event of this name count. `changed` is called with the changes of one look, and awaited. */
  constructor(
    client: UpstartClient,
    isWanted: (event: string) => boolean,
    changed: (changes: OperandChanges) => void | Promise<void>,
  ) {
    this.#client = client;
    this.#isWanted = isWanted;
    this.#changed = changed;
  }

  operands(): Operand[] {
    return [...this.#byJob.values()].flatMap((operands) => [...operands.values()]);
  }

  /** Subscribes and looks at all jobs. `failed` gets the reason why a later look failed; `ended`, that init has gone. */
  async begin(failed: (error: unknown) => void, ended: (reason: Error | null) => void): Promise<void> {
    const take = (notification: Notification): void => {
      if (notification.event === 'restarted') this.#allAreDirty = true;
      else if (notification.event === 'job-added' || notification.event === 'job-removed')
        this.#dirty.add(notification.job);
      else return;
      this.#lookAgain().catch(failed);
    };
    await this.#client.watch(take, ended);
    await this.#lookAgain();
  }

  #lookAgain(): Promise<void> {
    this.#look ??= this.#lookAtDirty().finally(() => {
      this.#look = null;
    });
    return this.#look;
  }

  async #lookAtDirty(): Promise<void> {
    while (this.#allAreDirty || this.#dirty.size > 0) {
      const jobs = this.#allAreDirty || this.#dirty.size > MANY_JOBS ? null : [...this.#dirty];
      this.#allAreDirty = false;
      this.#dirty.clear();
      const found =
        jobs === null ? await this.#configs(null) : (await Promise.all(jobs.map((job) => this.#configs(job)))).flat();
      const changes = this.#replace(jobs ?? this.#byJob.keys(), found);
      await this.#changed(changes);
    }
  }

  /** The definition of one job, or of all. */
  async #configs(job: string | null): Promise<JobConfig[]> {
    try {
      return await this.#client.call('config', { job });
    } catch (error) {
      if (error instanceof UpstartError && error.code === 'unknown-job') return [];
      throw error;
    }
  }

  /** Takes `found` for all that there is of `jobs`. */
  #replace(jobs: Iterable<string>, found: readonly JobConfig[]): OperandChanges {
    const before = new Map([...jobs].map((job) => [job, this.#byJob.get(job)]));
    for (const job of before.keys()) this.#byJob.delete(job);
    for (const config of found) {
      before.set(config.job, before.get(config.job) ?? this.#byJob.get(config.job));
      const operands = this.#operandsOf(config);
      if (operands.size > 0) this.#byJob.set(config.job, operands);
      else this.#byJob.delete(config.job);
    }
    const added: Operand[] = [];
    const removed: Operand[] = [];
    for (const [job, old] of before) {
      const now = this.#byJob.get(job);
      // An operand that stays keeps its object, by which sources know it.
      for (const [key, operand] of now ?? []) {
        const same = old?.get(key);
        if (same) now?.set(key, same);
        else added.push(operand);
      }
      for (const [key, operand] of old ?? []) if (!now?.has(key)) removed.push(operand);
    }
    return { added, removed };
  }

  #operandsOf({ job, startOn, stopOn, restartOn, reloadOn, emitsCluster = [], cluster }: JobConfig): Operands {
    const operands = new Map<string, Operand>();
    const add = (stanza: Stanza, condition: Condition | null | undefined): void => {
      for (const { name, args } of condition ? conditionEvents(condition) : []) {
        if (this.#isWanted(name))
          operands.set(JSON.stringify([stanza, name, args]), { job, stanza, event: name, args });
      }
    };
    add('start on', startOn);
    add('stop on', stopOn);
    add('restart on', restartOn);
    add('reload on', reloadOn);
    for (const name of emitsCluster) {
      const event = `${OF_CLUSTER}${name}`;
      if (this.#isWanted(event))
        operands.set(JSON.stringify(['emits cluster', name]), { job, stanza: 'emits cluster', event, args: [] });
    }
    // A lease has no event, only its source.
    if (cluster && this.#isWanted(OF_CLUSTER))
      operands.set('cluster', { job, stanza: 'cluster', event: OF_CLUSTER, args: [] });
    return operands;
  }
}
