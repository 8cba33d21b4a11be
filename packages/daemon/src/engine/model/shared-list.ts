import { sameEntries } from '../environment/environment.ts';

/** One list for all instances that have the same variables. */
export class SharedList {
  #last: readonly string[] = [];

  /** Compares only with the last list: jobs that start together mostly have the same. */
  of(env: readonly string[]): readonly string[] {
    // A copy has no spare capacity.
    if (!sameEntries(env, this.#last)) this.#last = env.slice();
    return this.#last;
  }
}
