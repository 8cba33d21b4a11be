/** The inputs since the journal on disk has failed, to rebuild the state before one of them. */
import { deserialize, serialize } from 'node:v8';
import type { Input } from '../engine/model/messages.ts';
import type { EngineState } from '../engine/model/state.ts';
import { FORMAT } from './records.ts';
import type { Recovered } from './store.ts';

/** Copies the state again after so many inputs. */
export const MAX_INPUTS_IN_MEMORY = 10_000;

export class MemoryJournal {
  #base: Buffer | null = null;
  #batches: Input[][] = [];
  #inputs = 0;

  /** Takes inputs before they are applied to `state`. */
  append(inputs: readonly Input[], state: EngineState): void {
    if (this.#base === null || this.#inputs >= MAX_INPUTS_IN_MEMORY) {
      this.clear();
      this.#base = serialize(state);
    }
    this.#batches.push([...inputs]);
    this.#inputs += inputs.length;
  }

  /** The state is on disk again. */
  clear(): void {
    this.#base = null;
    this.#batches = [];
    this.#inputs = 0;
  }

  /** Null if there are no inputs: the journal on disk has all of them. */
  read(): Recovered | null {
    if (this.#base === null) return null;
    const state = deserialize(this.#base) as EngineState;
    return { snapshot: { format: FORMAT, supervisor: '', state, commands: [] }, batches: this.#batches };
  }
}
