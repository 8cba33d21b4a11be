/**
 * The notifications of D-Bus clients (reference: dbus §8). They differ from those of other clients where job files are read again: the job is
 * removed and added, even with the same content, and a running job when its last instance ends. With no D-Bus client it does nothing.
 */
import type { Notification } from '@upstart/protocol';
import type { Runner } from '../runner/runner.ts';

type Listener = (notification: Notification) => void;
type OfInstance = Extract<Notification, { event: 'instance-added' | 'instance-removed' }>;

/** The most jobs that are removed and added in one turn: a signal takes up to 0.3 ms, and other clients have their turns between. */
export const JOBS_A_TURN = 20;

export class JobSignals {
  readonly #runner: Pick<Runner, 'engine' | 'watchers'>;
  readonly #listeners = new Set<Listener>();
  /** Jobs whose files were read again, and that the engine has not removed or added since. */
  readonly #due = new Set<string>();
  #isScheduled = false;
  /** Running jobs that are removed and added at the end of their last instance, with the number of their instances. */
  readonly #later = new Map<string, number>();
  /** An `instance-removed` that depends on the next notification: an instance is not reported if its job goes with it. */
  #held: OfInstance | null = null;
  readonly #watch = (notification: Notification): void => this.#take(notification);

  constructor(runner: Pick<Runner, 'engine' | 'watchers'>) {
    this.#runner = runner;
  }

  add(listener: Listener): void {
    this.#listeners.add(listener);
    this.#runner.watchers.add(this.#watch);
  }

  delete(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#runner.watchers.delete(this.#watch);
    this.#due.clear();
    this.#later.clear();
    this.#held = null;
  }

  /** The files of a job were read again. The engine has the new definition, or gets it in this turn. */
  replaced(job: string): void {
    if (this.#listeners.size === 0) return;
    this.#due.add(job);
    this.#schedule(queueMicrotask);
  }

  /** All files were read again, or found to be unchanged. */
  reloaded(): void {
    if (this.#listeners.size === 0) return;
    for (const job of this.#runner.engine.state.classes.keys()) this.#due.add(job);
    this.#schedule(queueMicrotask);
  }

  #schedule(when: (callback: () => void) => unknown): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    when(() => this.#replaceDue());
  }

  #replaceDue(): void {
    this.#isScheduled = false;
    this.#release(null);
    let jobs = 0;
    for (const job of this.#due) {
      if (jobs++ === JOBS_A_TURN) {
        this.#schedule(setImmediate);
        return;
      }
      this.#due.delete(job);
      const jobClass = this.#runner.engine.state.classes.get(job);
      if (!jobClass) continue;
      if (jobClass.instances.size > 0) this.#later.set(job, jobClass.instances.size);
      else this.#replace(job);
    }
  }

  #take(notification: Notification): void {
    this.#release(notification);
    if (notification.event === 'instance-removed') {
      this.#held = notification;
      queueMicrotask(() => this.#release(null));
      return;
    }
    if (notification.event === 'instance-added') this.#count(notification.job, 1);
    if (notification.event === 'job-added' || notification.event === 'job-removed') {
      this.#due.delete(notification.job);
      this.#later.delete(notification.job);
    }
    this.#send(notification);
  }

  /** Reports the instance that was removed before `next`; null: nothing follows in this turn. */
  #release(next: Notification | null): void {
    const held = this.#held;
    if (!held) return;
    this.#held = null;
    const { job } = held;
    if (next?.event === 'job-removed' && next.job === job) return;
    if (this.#count(job, -1) === 0) {
      this.#later.delete(job);
      this.#replace(job);
    } else {
      this.#send(held);
    }
  }

  /** Counts the instances of a job that is replaced later. The value: how many there are now; undefined for any other job. */
  #count(job: string, more: number): number | undefined {
    const known = this.#later.get(job);
    if (known === undefined) return undefined;
    this.#later.set(job, known + more);
    return known + more;
  }

  #replace(job: string): void {
    this.#send({ event: 'job-removed', job });
    this.#send({ event: 'job-added', job });
  }

  #send(notification: Notification): void {
    for (const listener of this.#listeners) listener(notification);
  }
}
