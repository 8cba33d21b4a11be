/** Damaged state files: whatever is read is something that was written, from its beginning. */
import { isDeepStrictEqual } from 'node:util';
import { decodeRecords, encodeRecord } from '../../packages/daemon/src/state/records.ts';
import { blaming, type Fuzzer, mutate } from './fuzzer.ts';

const VALUES = [
  [{ type: 'emit', name: 'startup', env: ['A=1'], now: 1, wall: 2 }],
  [
    { type: 'tick', now: 3, wall: 4 },
    { type: 'report', now: 5, wall: 6, report: { seq: 1, type: 'execed', process: 1 } },
  ],
  new Map([['answers', new Set(['one', 'two'])]]),
  'x'.repeat(500),
];
const FILE = Buffer.concat(VALUES.map(encodeRecord));

export const journal: Fuzzer = {
  name: 'journal',
  async run(time, random) {
    let inputs = 0;
    for (; time.isLeft; inputs++) {
      const input = mutate(FILE, random);
      await blaming(input, () => {
        const { values, goodBytes, damage } = decodeRecords(input);
        if (goodBytes > input.length || (damage === null) !== (goodBytes === input.length))
          throw new Error('wrong extent');
        // Mutation moves whole records about: each one is still one that was written.
        for (const value of values) {
          if (!VALUES.some((known) => isDeepStrictEqual(known, value)))
            throw new Error('a value that was never written');
        }
      });
    }
    return inputs;
  },
};
