/**
 * Rebuilds the state from a snapshot and a journal: when a daemon starts, and when the state has to be the one before an input that failed.
 */

import { Engine } from '../engine/engine.ts';
import { NOBODY } from '../engine/model/audience.ts';
import type { Effect, Fault, Input, PlainInput } from '../engine/model/messages.ts';
import type { HistoryEffect } from '../history/history.ts';
import type { Recovered } from '../state/store.ts';
import type { Command } from '../supervisor/process-messages.ts';
import { faultPlace, faultReason } from './fault-place.ts';

/** The most jobs that an input is retried without, one after another, before it is dropped. */
const MAX_TRIES = 8;
/** Recovery reports progress to the supervisor after so many inputs. */
export const PROGRESS_EVERY = 1000;
/** After so many failed inputs, the rest of the journal is dropped. */
const MAX_FAULTS_AT_ONCE = 20;

export type FaultInput = Extract<Input, { type: 'fault' }>;

export interface Replayed {
  engine: Engine;
  /** The commands of the snapshot and of the inputs. */
  commands: Command[];
  /** The entries of the history that follow from the inputs. */
  history: HistoryEffect[];
  /** Inputs that failed for the first time, with their places in the journal. */
  faults: FaultInput[];
  /** The number of inputs that were dropped at the end. */
  leftOut: number;
}

/** The inputs of a journal, with each fault in the place of the input that it replaces. */
function settled(batches: readonly Input[][]): Input[] {
  const inputs: Input[] = [];
  for (const input of batches.flat()) {
    const place = input.type === 'fault' ? inputs.length - input.back : -1;
    if (place >= 0) inputs[place] = input;
    else inputs.push(input);
  }
  return inputs;
}

/**
 * Applies what `read` gives, except the last `without` inputs. It is read again for each attempt: one that failed has changed the
 * state. Null when there is not so much to be read.
 */
export function replay(
  read: () => Recovered | null,
  { without = 0, progress = () => {} }: { without?: number; progress?: () => void },
): Replayed | null {
  const faults = new Map<number, FaultInput>();
  for (let most = Number.POSITIVE_INFINITY; ; ) {
    const recovered = read();
    if (!recovered) return null;
    const all = settled(recovered.batches);
    const wanted = all.length - without;
    if (wanted < 0) return null;
    const inputs = all.slice(0, Math.min(wanted, most)).map((input, i) => faults.get(i) ?? input);
    const engine = new Engine(recovered.snapshot.state);
    engine.tellTo(NOBODY);
    const commands = [...recovered.snapshot.commands];
    const history: HistoryEffect[] = [];
    const take = (effect: Effect): void => {
      if (effect.type === 'command') commands.push(effect.command);
      else if (effect.type === 'history' || effect.type === 'peer') history.push(effect);
    };
    const failed = applyAll(engine, inputs, take, progress);
    if (!failed) return { engine, commands, history, faults: [...faults.values()], leftOut: wanted - inputs.length };
    const { at, error } = failed;
    const input = inputs[at] as Input;
    const isLast = input.type === 'fault' && input.fault.without === null;
    if (isLast || faults.size >= MAX_FAULTS_AT_ONCE) most = at;
    else faults.set(at, faultInstead(engine, input, error, all.length - at));
  }
}

function applyAll(
  engine: Engine,
  inputs: readonly Input[],
  take: (effect: Effect) => void,
  progress: () => void,
): { at: number; error: unknown } | null {
  for (const [at, input] of inputs.entries()) {
    if (at % PROGRESS_EVERY === PROGRESS_EVERY - 1) progress();
    try {
      for (const effect of engine.apply(input)) take(effect);
    } catch (error) {
      return { at, error };
    }
  }
  return null;
}

/**
 * The replacement for an input at which the engine has thrown: the same input without the current job if it has no client, otherwise the
 * end of the input. `back`: its position, counted from the end of the journal.
 */
export function faultInstead(engine: Engine, thrownAt: Input, error: unknown, back: number): FaultInput {
  const before = thrownAt.type === 'fault' ? thrownAt.fault : null;
  const input: PlainInput = before?.input ?? (thrownAt as PlainInput);
  const tried = before?.without ?? [];
  const job = engine.concernedJob();
  const again = input.type !== 'request' && job !== null && !tried.includes(job) && tried.length < MAX_TRIES;
  const fault: Fault = {
    input,
    job,
    reason: faultReason(error),
    place: faultPlace(error),
    without: again ? [...tried, job] : null,
  };
  return { type: 'fault', now: input.now, wall: input.wall, back, fault };
}
