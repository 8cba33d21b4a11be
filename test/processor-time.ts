/** Work that must not grow beyond its input is measured by the processor's time: others may have the processor meanwhile. */
import { expect } from 'vitest';

/** Hundreds of times the duration of linear work on a megabyte, and far less than that of quadratic work, in milliseconds. */
export const BUDGET_MS = 10_000;

/** Expects that `work` uses no more than the budget of the processor's time, in milliseconds. */
export function expectLinear(work: () => void, budgetMs = BUDGET_MS): void {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1000, "milliseconds of the processor's time").toBeLessThan(budgetMs);
}
