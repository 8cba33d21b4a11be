import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { monotonicNow } from '../time/clock.ts';
import { programName } from './program-name.ts';

async function started(): Promise<ChildProcess> {
  const child = spawn('/bin/cat', { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  child.stdin.write('it runs');
  await once(child.stdout, 'data');
  return child;
}

it('names a process and its parent', async () => {
  const { pid = 0 } = await started();
  expect(programName(pid, monotonicNow())).toEqual({ name: 'cat', parent: process.pid });
  expect(programName(process.pid, monotonicNow())?.parent).toBe(process.ppid);
});

it('names no process that has got the pid since', async () => {
  const { pid = 0 } = await started();
  expect(programName(pid, monotonicNow() - 3_600_000)).toBeNull();
  expect(programName(2 ** 30, monotonicNow())).toBeNull();
});
