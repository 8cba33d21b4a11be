import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectLinear } from '../../../../../test/processor-time.ts';
import { mergeVariables, setVariable } from './environment.ts';

const entries = fc.array(fc.tuple(fc.constantFrom('A', 'AB', 'B', ''), fc.string({ maxLength: 2 })), { maxLength: 40 });
const lines = (pairs: [string, string][]): string[] => pairs.map(([key, value]) => `${key}=${value}`);

it('merges many variables as if they were set one after another', () => {
  fc.assert(
    fc.property(entries, entries, fc.boolean(), (before, more, replace) => {
      const one: string[] = [];
      for (const entry of lines(before)) setVariable(one, entry);
      const merged = [...one];
      for (const entry of lines(more)) setVariable(one, entry, replace);
      mergeVariables(merged, lines(more), replace);
      expect(merged).toEqual(one);
    }),
  );
});

it('merges as many as a frame holds in time that grows with their count', () => {
  const many = Array.from({ length: 100_000 }, (_, i) => `V${i}=`);
  const env: string[] = [];
  expectLinear(() => mergeVariables(env, many));
  expect(env).toEqual(many);
});
