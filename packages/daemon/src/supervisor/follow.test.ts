import { existsSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parentOf } from '../../../../test/chaos/proc.ts';
import { compileInit } from './testing/compile.ts';
import { type Daemon, eventually, Init, processExists, textOf } from './testing/init.ts';

const program = compileInit();

const [major = 0, minor = 0] = release().split('.').map(Number);
/** Whether the kernel tells how a process ended that its own parent has reaped (Linux 6.15). */
const KERNEL_KEEPS_STATUS = major > 6 || (major === 6 && minor >= 15);

async function started() {
  const init = Init.start(program);
  return { init, daemon: await init.daemon(), file: (name: string) => join(init.folder, name) };
}

/** A shell program of the background kind; dash forks for `&` and for `$( )`. */
function follow(daemon: Daemon, id: number, traceForks: 1 | 2, text: string): void {
  daemon.shell(id, text, { traceForks });
}

const typesBetween = (daemon: Daemon, process: number) => daemon.typesOf(process).slice(2);

test('expect fork: the child is the process from then on, whose parent reaps it', async () => {
  const { daemon, file } = await started();
  follow(
    daemon,
    1,
    1,
    `(while [ ! -e ${file('go')} ]; do :; done; exit 5) & echo $! > ${file('pid')}; wait; touch ${file('reaped')}; exit 0`,
  );
  const met = await daemon.report('expect-met', 1);
  const forked = await daemon.report('forked', 1);
  expect(forked.oldPid).toBe((await daemon.report('spawned', 1)).pid);
  expect([forked.pid, met.pid]).toEqual([met.pid, Number(await eventually(() => textOf(file('pid')).trim()))]);
  daemon.shell(2, `touch ${file('go')}`);
  const end = await daemon.end(1);
  expect(end.pid).toBe(met.pid);
  if (end.type === 'exited') expect(end).toMatchObject({ code: 5, signal: 0 });
  await eventually(() => existsSync(file('reaped')) && !processExists(forked.oldPid));
  expect(typesBetween(daemon, 1)).toEqual(['forked', 'expect-met', end.type]);
});

test.runIf(KERNEL_KEEPS_STATUS)('a parent that is faster than the supervisor takes nothing away', async () => {
  const { init, daemon, file } = await started();
  follow(daemon, 1, 1, `(while [ ! -e ${file('go')} ]; do :; done; exit 5) & wait; touch ${file('reaped')}`);
  const { pid } = await daemon.report('expect-met', 1);
  process.kill(init.pid, 'SIGSTOP');
  writeFileSync(file('go'), '');
  await eventually(() => existsSync(file('reaped')));
  process.kill(init.pid, 'SIGCONT');
  expect(await daemon.end(1)).toMatchObject({ type: 'exited', pid, code: 5, signal: 0 });
});

test('expect fork: the parent exits and the child becomes ours', async () => {
  const { init, daemon } = await started();
  follow(daemon, 1, 1, '(sleep 1000) & exit 3');
  const { pid } = await daemon.report('expect-met', 1);
  await eventually(() => parentOf(pid) === init.pid);
  daemon.send({ type: 'signal', id: 2, process: 1, signal: 15, group: true });
  expect(await daemon.report('exited', 1)).toMatchObject({ pid, code: 0, signal: 15 });
});

test('expect daemon: two forks', async () => {
  const { daemon, file } = await started();
  follow(daemon, 1, 2, `((echo started > ${file('out')}; sleep 0.05; exit 6) & exit 0) & exit 0`);
  const { pid } = await daemon.report('expect-met', 1);
  expect(await daemon.report('exited', 1)).toMatchObject({ pid, code: 6 });
  expect(typesBetween(daemon, 1)).toEqual(['forked', 'forked', 'expect-met', 'exited']);
});

test('expect daemon: one fork and an exec will do, an exec before the fork will not', async () => {
  const { daemon } = await started();
  follow(daemon, 1, 2, `exec /bin/sh -c '(exec sleep 1000) & exit 0'`);
  await daemon.report('expect-met', 1);
  expect(typesBetween(daemon, 1)).toEqual(['exec-changed', 'forked', 'exec-changed', 'expect-met']);
  daemon.send({ type: 'signal', id: 2, process: 1, signal: 9, group: false });
  expect(await daemon.report('exited', 1)).toMatchObject({ signal: 9 });
});

test('a command substitution is taken for the daemon; the shell reaps it', async () => {
  const { daemon } = await started();
  follow(daemon, 1, 1, 'date=$(while :; do :; done); exec sleep 1000');
  const { pid } = await daemon.report('expect-met', 1);
  const original = (await daemon.report('spawned', 1)).pid;
  process.kill(pid, 'SIGUSR1');
  const end = await daemon.end(1);
  expect(end.pid).toBe(pid);
  if (end.type === 'exited') expect(end).toMatchObject({ signal: 10, code: 0 });
  daemon.send({ type: 'signal', id: 2, process: 1, signal: 15, group: true });
  expect((await daemon.report('signalled')).errno).toBe(3);
  expect(processExists(original)).toBe(true);
  process.kill(original, 'SIGKILL');
});

test('a process that never forks ends as it would without being followed', async () => {
  const { daemon } = await started();
  follow(daemon, 1, 1, 'exit 4');
  expect(await daemon.report('exited', 1)).toMatchObject({ code: 4 });
  expect(typesBetween(daemon, 1)).toEqual(['exited']);
});

test('signals are passed on to a process that is followed', async () => {
  const { daemon, file } = await started();
  follow(daemon, 1, 2, `trap 'exit 8' TERM; touch ${file('ready')}; echo > ${file('ready')}; while :; do :; done`);
  await eventually(() => textOf(file('ready')));
  daemon.send({ type: 'signal', id: 2, process: 1, signal: 15, group: true });
  expect(await daemon.report('exited', 1)).toMatchObject({ code: 8 });
});

test('many followed processes at once', async () => {
  const { daemon } = await started();
  const ids = Array.from({ length: 60 }, (_, i) => i + 1);
  for (const id of ids)
    follow(daemon, id, id % 2 ? 1 : 2, id % 2 ? `(exit ${id}) & wait` : `((exit ${id}) & wait) & wait`);
  for (const id of ids) {
    const end = await daemon.end(id);
    if (end.type === 'exited') expect([id, end.code]).toEqual([id, id]);
    expect(daemon.typesOf(id).filter((type) => type === 'expect-met')).toHaveLength(1);
  }
});
