import { expect, it } from 'vitest';
import { MemoryBudget } from './memory-budget.ts';

/** 100 bytes for all. */
function world() {
  const budget = new MemoryBudget(100);
  const gone: string[] = [];
  const holder = (name: string) => ({ cutOff: () => void gone.push(name) });
  return { budget, gone, holder };
}

it('lets all of it be used', () => {
  const { budget, gone, holder } = world();
  const [a, b] = [holder('a'), holder('b')];
  budget.note(a, 60);
  budget.note(b, 40);
  budget.note(a, 59);
  budget.note(b, 41);
  expect(gone).toEqual([]);
});

it('cuts off those that have most, and no more of them than it must', () => {
  const { budget, gone, holder } = world();
  budget.note(holder('oldest'), 9);
  budget.note(holder('large'), 50);
  budget.note(holder('medium'), 40);
  budget.note(holder('newest'), 30);
  expect(gone).toEqual(['large']);
  budget.note(holder('last'), 22);
  expect(gone).toEqual(['large', 'medium']);
});

it('forgets what has been let go', () => {
  const { budget, gone, holder } = world();
  const [a, b] = [holder('a'), holder('b')];
  budget.note(a, 60);
  budget.note(b, 40);
  budget.note(a, 0);
  budget.note(holder('c'), 59);
  expect(gone).toEqual([]);
  budget.note(a, 2);
  expect(gone).toEqual(['c']);
});

it('cuts off even the one that asks for too much by itself', () => {
  const { budget, gone, holder } = world();
  budget.note(holder('a'), 101);
  expect(gone).toEqual(['a']);
});
