/** Damaged state files: whatever is read is something that was written, from its beginning. */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { decodeRecords } from '../../packages/daemon/src/state/records.ts';
import { Corpus, corpusFiles } from './corpus.ts';
import { blaming, type Fuzzer } from './fuzzer.ts';

export const journal: Fuzzer = {
  name: 'journal',
  inputsInTest: 20_000,
  async run(budget, random) {
    const corpus = new Corpus('journal');
    const known = corpusFiles('journal').flatMap((path) => decodeRecords(readFileSync(path)).values);
    let inputs = 0;
    for (; budget.take(); inputs++) {
      const input = corpus.next(random);
      await blaming(input, () => {
        const { values, goodBytes, damage } = decodeRecords(input);
        if (goodBytes > input.length || (damage === null) !== (goodBytes === input.length))
          throw new Error('wrong extent');
        // Mutation moves whole records about: each one is still one that was written.
        for (const value of values) {
          if (!known.some((written) => isDeepStrictEqual(written, value)))
            throw new Error('a value that was never written');
        }
      });
    }
    return inputs;
  },
};
