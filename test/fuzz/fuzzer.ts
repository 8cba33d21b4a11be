/** The common parts of the fuzzers: a budget of inputs or time, damaged input, and the report about an input that did harm. */
import type { Random } from '../chaos/random.ts';

export interface Fuzzer {
  name: string;
  /** How many inputs the tests try: a second or two of an idle machine. */
  inputsInTest: number;
  /** Tries inputs until the budget is used up; throws at the first one that does harm. Returns how many it were. */
  run(budget: Budget, random: Random): Promise<number>;
}

/** So many inputs, or as many as there is time for. */
export class Budget {
  readonly unit: 'inputs' | 'seconds';
  readonly #limit: number;
  readonly #began = performance.now();
  #taken = 0;

  private constructor(limit: number, unit: 'inputs' | 'seconds') {
    this.#limit = limit;
    this.unit = unit;
  }

  static ofInputs(count: number): Budget {
    return new Budget(count, 'inputs');
  }

  static ofSeconds(seconds: number): Budget {
    return new Budget(seconds, 'seconds');
  }

  /** Takes one more input, or several at once, out of the budget; false when it is used up. */
  take(inputs = 1): boolean {
    if (this.left <= 0) return false;
    this.#taken += inputs;
    return true;
  }

  /** In the budget's unit. */
  get left(): number {
    return this.#limit - (this.unit === 'inputs' ? this.#taken : (performance.now() - this.#began) / 1000);
  }
}

const LARGE = [0x00, 0x01, 0x7f, 0x80, 0xff];

/** Bytes with a few changes: bits flipped, bytes set, parts cut out, doubled or taken from elsewhere. */
export function mutate(bytes: Buffer, random: Random, elsewhere: Buffer = bytes): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  for (let i = 0, changes = random.below(5, 1); i < changes; i++) {
    const at = random.below(changed.length + 1);
    const length = random.below(Math.min(64, changed.length + 1));
    const choice = random.below(6);
    if (choice === 0 && at < changed.length) changed[at] = (changed[at] as number) ^ (1 << random.below(8));
    else if (choice === 1 && at < changed.length) changed[at] = random.pick(LARGE);
    else if (choice === 2) changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + length)]);
    else if (choice === 3) changed = insert(changed, at, changed.subarray(at, at + length));
    else if (choice === 4) changed = insert(changed, at, random.bytes(random.below(9)));
    else {
      const from = random.below(elsewhere.length + 1);
      changed = insert(changed, at, elsewhere.subarray(from, from + length));
    }
  }
  return changed;
}

function insert(bytes: Buffer, at: number, more: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}

/** Adds the input to an error of `attempt`. */
export async function blaming(input: Buffer | string[], attempt: () => unknown): Promise<void> {
  const began = process.cpuUsage();
  try {
    await attempt();
  } catch (error) {
    throw new Error(`${(error as Error).stack}\ninput: ${shown(input)}`);
  }
  const { user, system } = process.cpuUsage(began);
  const took = Math.round((user + system) / 1000);
  if (took > SLOW) throw new Error(`one input took ${took} ms: ${shown(input)}`);
}

/**
 * Milliseconds of the processor's time that no input of a few kilobytes may take: several times what the dearest worlds need,
 * those with queues without an end, on a slow machine, and far less than work that grows out of proportion.
 */
const SLOW = 15_000;

function shown(input: Buffer | string[]): string {
  return Buffer.isBuffer(input) ? input.toString('base64') : JSON.stringify(input);
}
