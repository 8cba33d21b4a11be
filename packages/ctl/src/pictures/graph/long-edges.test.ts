import { expect, it } from 'vitest';
import { expectLinear } from '../../../../../test/processor-time.ts';
import { longEdges } from './long-edges.ts';

const edge = (from: string, to: string) => ({ from, to });
const chain = (count: number) => Array.from({ length: count }, (_, at) => edge(`j${at}`, `j${at + 1}`));

it('are those that pass the most layers, when all pass too many', () => {
  const edges = [edge('j0', 'j4'), ...chain(4), edge('j1', 'j3')];
  expect(longEdges(edges, 10).size).toBe(0);
  expect([...longEdges(edges, 9)]).toEqual([edge('j0', 'j4')]);
  expect([...longEdges(edges, 5)]).toEqual([edge('j1', 'j3'), edge('j0', 'j4')]);
  expect(longEdges(edges, 0).size).toBe(edges.length);
});

it('an edge that closes a circle passes all of its layers', () => {
  const back = edge('j5', 'j0');
  expect([...longEdges([...chain(5), back], 9)]).toEqual([back]);
});

it('of a long chain they are found without recursion, in one pass', () => {
  expectLinear(() => expect(longEdges([...chain(100_000), edge('j0', 'j100000')], 100_000).size).toBe(1));
});
