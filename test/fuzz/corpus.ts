/** The inputs in `corpus/NAME`: the seeds of the fuzzer, and the inputs that once did harm. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../chaos/random.ts';
import { ROOT } from '../session/product.ts';
import { mutate } from './fuzzer.ts';

/** The paths of the kept inputs. */
export function corpusFiles(name: string): string[] {
  const folder = join(ROOT, 'test/fuzz/corpus', name);
  return readdirSync(folder)
    .sort()
    .map((file) => join(folder, file));
}

export class Corpus {
  readonly #inputs: readonly Buffer[];
  #tried = 0;

  constructor(name: string, more: readonly Buffer[] = []) {
    this.#inputs = [...corpusFiles(name).map((path) => readFileSync(path)), ...more];
  }

  /** Each input as it is at first, then damaged ones, with parts of `elsewhere`. */
  next(random: Random, elsewhere = random.pick(this.#inputs)): Buffer {
    return this.#inputs[this.#tried++] ?? mutate(random.pick(this.#inputs), random, elsewhere);
  }
}
