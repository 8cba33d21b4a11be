import { expect, it } from 'vitest';
import { MemoryBudget } from './memory-budget.ts';

/** Ten holders at most, 100 bytes for all: a fair share is 10. */
function world() {
  const budget = new MemoryBudget(100, 10);
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

it('cuts off the oldest that has more than its share, and no more than it must', () => {
  const { budget, gone, holder } = world();
  budget.note(holder('small'), 9);
  budget.note(holder('old'), 50);
  budget.note(holder('newer'), 40);
  budget.note(holder('newest'), 30);
  expect(gone).toEqual(['old']);
  budget.note(holder('last'), 22);
  expect(gone).toEqual(['old', 'newer']);
});

it('counts from the beginning for those who have let go everything in between', () => {
  const { budget, gone, holder } = world();
  const [a, b] = [holder('a'), holder('b')];
  budget.note(a, 40);
  budget.note(b, 40);
  budget.note(a, 0);
  budget.note(a, 40);
  budget.note(holder('c'), 21);
  expect(gone).toEqual(['b']);
});

it('cuts off even the one that asks for too much by itself', () => {
  const { budget, gone, holder } = world();
  budget.note(holder('a'), 101);
  expect(gone).toEqual(['a']);
});
