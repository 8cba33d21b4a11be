/** Processes that take their group with them, as those of probes do. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { signal } from '../../../../test/chaos/proc.ts';
import { ALL_ABILITIES } from './abilities.ts';
import { asUnderstood } from './older-supervisors.ts';
import type { Command } from './process-messages.ts';
import { compileInit, loggerOf, SANITIZE } from './testing/compile.ts';
import { type Daemon, eventually, Init, processExists, SPEC, textOf } from './testing/init.ts';

const program = compileInit(...SANITIZE);

/** The pids that a shell has written, when all are there. */
const pidsIn = (path: string, count: number): Promise<number[]> =>
  eventually(() => {
    const pids = textOf(path).split('\n').filter(Boolean).map(Number);
    return pids.length === count && pids;
  });

const areGone = (pids: readonly number[]) => eventually(() => pids.every((pid) => !processExists(pid)));

async function started() {
  const init = Init.start(program);
  const daemon = await init.daemon();
  return { init, daemon, out: join(init.folder, 'out') };
}

function kill(daemon: Daemon, id: number, process: number, signal = 9): void {
  daemon.send({ type: 'signal', id, process, signal, group: true });
}

test('the group of a process ends with it, however it ends', async () => {
  const { daemon, out } = await started();
  daemon.shell(1, `sleep 1000 & echo $! > ${out}; exit 3`, { takesGroup: true });
  expect((await daemon.report('exited', 1)).code).toBe(3);
  await areGone(await pidsIn(out, 1));
  daemon.shell(2, `sleep 1000 & echo $! > ${out}.2; kill -TERM $$`, { takesGroup: true });
  expect((await daemon.report('exited', 2)).signal).toBe(15);
  await areGone(await pidsIn(`${out}.2`, 1));
});

test('without that they outlive it', async () => {
  const { daemon, out } = await started();
  daemon.shell(1, `sleep 1000 & echo $! > ${out}; exit 0`);
  await daemon.report('exited', 1);
  const [pid = 0] = await pidsIn(out, 1);
  onTestFinished(() => signal(pid, 'SIGKILL'));
  expect(processExists(pid)).toBe(true);
});

test('a SIGKILL ends its children in other groups and sessions, and theirs', async () => {
  const { daemon, out } = await started();
  const script = `${out}.sh`;
  writeFileSync(script, 'sleep 1000 & echo $! >> $1; echo $$ >> $1; wait\n');
  const child = (file: string): string => `sh ${script} ${file}`;
  const text = `setsid ${child(out)} & setsid sh -c 'exec setsid ${child(out)}' & . ${script} ${out}`;
  daemon.spawn(1, { argv: ['/bin/sh', '-c', text, 'sh', out], takesGroup: true });
  const pids = await pidsIn(out, 6);
  kill(daemon, 2, 1, 15);
  await daemon.report('exited', 1);
  const left = pids.filter(processExists);
  onTestFinished(() => {
    for (const pid of left) signal(pid, 'SIGKILL');
  });
  // Only a SIGKILL is one for all of them.
  expect(left.length).toBeGreaterThanOrEqual(4);

  daemon.shell(3, `setsid ${child(`${out}.2`)} & wait`, { takesGroup: true });
  const others = await pidsIn(`${out}.2`, 2);
  kill(daemon, 4, 3);
  expect((await daemon.report('exited', 3)).signal).toBe(9);
  await areGone(others);
});

test('a SIGKILL ends them while others of its children come and go', async () => {
  const { daemon, out } = await started();
  const lasting = `setsid sleep 1000 & echo $! >> ${out}`;
  const text = `for i in 1 2 3 4 5 6; do /bin/true & ${lasting}; done; while :; do /bin/true; done`;
  for (let id = 1; id < 20; id += 2) {
    daemon.shell(id, text, { takesGroup: true });
    const pids = await pidsIn(out, 6);
    kill(daemon, id + 1, id);
    expect((await daemon.report('exited', id)).signal).toBe(9);
    await areGone(pids);
    rmSync(out);
  }
});

test('nothing else is touched: neither the supervisor nor another job', async () => {
  const { init, daemon, out } = await started();
  daemon.shell(1, `echo $$ > ${out}; exec sleep 1000`);
  daemon.shell(2, 'exit 0', { takesGroup: true });
  daemon.spawn(3, { argv: ['/nonesuch'], takesGroup: true });
  daemon.shell(4, 'exec sleep 1000', { takesGroup: true });
  await daemon.report('execed', 4);
  kill(daemon, 5, 4);
  await Promise.all([daemon.report('exited', 2), daemon.report('spawn-failed', 3), daemon.report('exited', 4)]);
  const [pid = 0] = await pidsIn(out, 1);
  expect([processExists(pid), init.child.exitCode]).toEqual([true, null]);
});

test('is known after a re-execution', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'family-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const executable = join(folder, 'init');
  copyFileSync(program, executable);
  copyFileSync(loggerOf(program), loggerOf(executable));
  const init = Init.start(executable);
  const out = join(init.folder, 'out');
  const first = await init.daemon();
  first.shell(1, `sleep 1000 & echo $! > ${out}; while [ ! -e ${out}.go ]; do sleep 0.02; done`, { takesGroup: true });
  const pids = await pidsIn(out, 1);
  first.supervisor.ready();
  first.replace();
  const second = await init.daemon();
  copyFileSync(out, `${out}.go`);
  expect((await second.report('exited', 1)).code).toBe(0);
  await areGone(pids);
});

test('an older supervisor does not hear of it', () => {
  const spawn: Command = { type: 'spawn', id: 1, spec: { ...SPEC, orderable: true, takesGroup: true } };
  expect(asUnderstood(spawn, ALL_ABILITIES)).toBe(spawn);
  expect(asUnderstood(spawn, { ...ALL_ABILITIES, endsGroups: false })).toEqual({
    ...spawn,
    spec: { ...SPEC, orderable: true },
  });
  const order: Command = { type: 'standing-order', id: 2, process: 1 };
  expect(asUnderstood(order, ALL_ABILITIES)).toBe(order);
  expect(asUnderstood(order, { ...ALL_ABILITIES, takesOrders: false })).toBeNull();
});
