import { expect, test } from 'vitest';
import type { Runner } from '../runner.ts';
import { Replacement } from './replacement.ts';

test('the state is saved once, after what is under way, and before the supervisor is told', async () => {
  const calls: string[] = [];
  const runner = { save: () => calls.push('save') } as unknown as Runner;
  const supervisor = { replace: () => void calls.push('replace'), onClose: () => void calls.push('wait for the end') };
  const log = { priority: 'message', enabled: () => true } as const;
  const replacement = new Replacement(runner, supervisor, { ...log, write: (_, text) => void calls.push(text) });
  replacement.begin();
  replacement.begin();
  queueMicrotask(() => calls.push('what was submitted is applied'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toEqual(['Re-executing init', 'what was submitted is applied', 'save', 'replace', 'wait for the end']);
});
