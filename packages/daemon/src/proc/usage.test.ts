import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { groupUsage } from '../cgroups/group-files.ts';
import { ProcessUsage } from './usage.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'upstart-usage-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

type Process = [pid: number, parent: number, leader: number];

/** /proc with these processes, each of one page and ten ticks; where `lists`, with the children of each. */
function proc(lists: boolean, ...processes: Process[]): string {
  const path = folder();
  for (const [pid, parent, leader] of processes) {
    mkdirSync(join(path, `${pid}/task/${pid}`), { recursive: true });
    const before = `${pid} (a) b (c) S ${parent} 0 ${leader} 0 0 0 0 0 0 0 1 2 3 4`;
    writeFileSync(join(path, String(pid), 'stat'), `${before} 20 0 1 0 99 4096 1 0 0\n`);
    const children = processes.filter(([, of]) => of === pid).map(([child]) => `${child} `);
    if (lists) writeFileSync(join(path, `${pid}/task/${pid}/children`), children.join(''));
  }
  return path;
}

function look(path: string, supervised: number[], most?: number) {
  const limit = most === undefined ? {} : { most };
  return new ProcessUsage({ initPid: 1, supervised: () => supervised, folder: path, ...limit }).look();
}

const PROCESSES: Process[] = [
  ...([
    [1, 0, 1],
    [10, 1, 10],
    [11, 10, 10],
    [12, 11, 12],
    [13, 12, 12],
  ] satisfies Process[]),
  // In the session of 10, but it has lost its parent; it has a child in a session of its own.
  ...([
    [20, 1, 10],
    [21, 20, 21],
  ] satisfies Process[]),
  // One of no job, and one of a job that is in the session of init.
  ...([
    [30, 1, 30],
    [31, 30, 30],
    [40, 1, 1],
    [50, 1, 1],
  ] satisfies Process[]),
];

test.each([
  ['by lists of children', true, []],
  ['without them', false, []],
  // More than half of all processes are supervised.
  ['where there are few others', true, [91, 92, 93, 94]],
])('is that of a process, its descendants, and its session, %s', async (_name, lists, more) => {
  const tree = await look(proc(lists, ...PROCESSES), [10, 40, ...more]);
  expect(tree?.usageOf([10])).toEqual({ memoryBytes: 6 * 4096, cpuMs: 6 * 100 });
  expect(tree?.usageOf([40])).toEqual({ memoryBytes: 4096, cpuMs: 100 });
  expect(tree?.usageOf([10, 11, 10])).toEqual(tree?.usageOf([10]));
  expect(tree?.usageOf([99])).toBeNull();
});

test('is unknown without /proc, and with more processes than are looked at', async () => {
  expect(await look('/nonexistent', [10])).toBeNull();
  const path = proc(true, [1, 0, 1], [10, 1, 10], [11, 10, 10]);
  // 10 is looked for twice: it is known, and a child of init.
  expect(await look(path, [10], 3)).not.toBeNull();
  expect(await look(path, [10], 2)).toBeNull();
});

test('is looked for once for all who ask at a time', () => {
  const usage = new ProcessUsage({ initPid: process.pid, supervised: () => [] });
  expect(usage.look()).toBe(usage.look());
});

test('counts what children use, those that have ended too', async () => {
  // It becomes no other program, which has no memory yet when it begins.
  const shell = spawn('/bin/sh', ['-c', 'i=0; (while [ $i -lt 200000 ]; do i=$((i+1)); done); echo; read -r word'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const pid = shell.pid as number;
  onTestFinished(() => void process.kill(-pid, 'SIGKILL'));
  await once(shell.stdout, 'data');
  const usage = new ProcessUsage({ initPid: process.pid, supervised: () => [pid] });
  expect((await usage.look())?.usageOf([pid])).toMatchObject({
    cpuMs: expect.toSatisfy((ms) => ms > 0),
    memoryBytes: expect.toSatisfy((bytes) => bytes > 100_000),
  });
});

test('of a control group is what it says itself, without caches', () => {
  const group = folder();
  expect(groupUsage(group)).toBeNull();
  writeFileSync(join(group, 'memory.current'), '5000\n');
  writeFileSync(join(group, 'memory.stat'), 'anon 3000\ninactive_file 1000\n');
  writeFileSync(join(group, 'cpu.stat'), 'usage_usec 1234567\nuser_usec 1\n');
  expect(groupUsage(group)).toEqual({ memoryBytes: 4000, cpuMs: 1235 });
});
