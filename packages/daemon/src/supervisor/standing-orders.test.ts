import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parentOf } from '../../../../test/chaos/proc.ts';
import type { SpawnSpec } from './process-messages.ts';
import { compileInit, loggerOf, SANITIZE } from './testing/compile.ts';
import { type Daemon, eventually, Init, processExists, textOf } from './testing/init.ts';

const variants = [
  ['plain', compileInit()],
  ['with sanitizers', compileInit(...SANITIZE)],
] as const;
const SANITIZER_OPTIONS = { ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=0:exitcode=99' };
/** The largest backlog of one process (KEPT_MAX). */
const KEPT_MAX = 16 * 1024;

/** One with an executable of its own. */
async function started(program: string) {
  const folder = mkdtempSync(join(tmpdir(), 'orders-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const executable = join(folder, 'init');
  copyFileSync(program, executable);
  copyFileSync(loggerOf(program), loggerOf(executable));
  const init = Init.start(executable, { env: SANITIZER_OPTIONS });
  return { init, daemon: await init.daemon(), out: join(init.folder, 'out') };
}

/** Writes its pid and sleeps. */
function sleeper(daemon: Daemon, id: number, out: string, changes: Partial<SpawnSpec> = {}): void {
  daemon.shell(id, `echo $$ >> ${out}; exec sleep 1000`, { orderable: true, ...changes });
}

const pidsIn = (path: string): number[] => textOf(path).trim().split(/\s+/).filter(Boolean).map(Number);
const pidNumber = (path: string, index: number): Promise<number> => eventually(() => pidsIn(path)[index]);

describe.each(variants)('%s', (_name, program) => {
  test('a process is started again as it was when it ends, once for each order', async () => {
    const { daemon, out, init } = await started(program);
    const log = join(init.folder, 'log');
    // Its pid comes last: it is killed as soon as that is there.
    const script = `echo "$V"\necho $$ >> ${out}\nexec sleep 1000\n`;
    const argv = ['/bin/sh', '-e', '/proc/self/fd/9'];
    const env = ['PATH=/usr/bin:/bin', 'V=told'];
    daemon.spawn(1, { argv, env, script, console: 'log', logPath: log, orderable: true });
    const first = await pidNumber(out, 0);
    await daemon.report('execed', 1);
    daemon.send({ type: 'standing-order', id: 2, process: 1 });
    daemon.send({ type: 'signal', id: 3, process: 1, signal: 9, group: true });
    expect(await daemon.report('exited', 1)).toMatchObject({ pid: first, signal: 9, standingOrder: 2 });
    const { pid } = await daemon.report('spawned', 2);
    expect(await pidNumber(out, 1)).toBe(pid);
    expect(parentOf(pid)).toBe(init.pid);
    await eventually(() => textOf(log) === 'told\r\ntold\r\n');
    await daemon.report('execed', 2);
    expect(daemon.typesOf(2)).toEqual(['spawned', 'execed']);
    const order = daemon.reports.filter((report) => 'process' in report && report.type !== 'signalled');
    expect(order.map((report) => ('process' in report ? report.process : 0))).toEqual([1, 1, 1, 2, 2]);
    daemon.send({ type: 'signal', id: 4, process: 2, signal: 9, group: true });
    const exited = await daemon.report('exited', 2);
    expect(exited).not.toHaveProperty('standingOrder');
    expect(pidsIn(out)).toHaveLength(2);
  });

  test.runIf(process.getuid!() === 0)("it has a terminal of its user's again", async () => {
    const { daemon, init } = await started(program);
    const log = join(init.folder, 'log');
    const text = 'echo $$ > /dev/stdout; exec sleep 1000';
    daemon.shell(1, text, { console: 'log', logPath: log, orderable: true, user: 'nobody' });
    await daemon.report('execed', 1);
    await pidNumber(log, 0);
    daemon.send({ type: 'standing-order', id: 2, process: 1 });
    daemon.send({ type: 'signal', id: 3, process: 1, signal: 9, group: true });
    const { pid } = await daemon.report('spawned', 2);
    expect(await pidNumber(log, 1)).toBe(pid);
  });

  test('an order that is withdrawn, or is for a process that is not orderable or not known, is none', async () => {
    const { daemon, out } = await started(program);
    sleeper(daemon, 1, out);
    sleeper(daemon, 2, out, { orderable: false });
    await daemon.report('execed', 1);
    await daemon.report('execed', 2);
    daemon.send(
      { type: 'standing-order', id: 3, process: 1 },
      { type: 'standing-order', id: 4, process: 2 },
      { type: 'standing-order', id: 5, process: 77 },
      { type: 'withdraw-standing-order', id: 6, process: 1 },
      { type: 'withdraw-standing-order', id: 7, process: 77 },
    );
    daemon.send({ type: 'signal', id: 8, process: 1, signal: 9, group: true });
    daemon.send({ type: 'signal', id: 9, process: 2, signal: 9, group: true });
    for (const id of [1, 2]) expect(await daemon.report('exited', id)).not.toHaveProperty('standingOrder');
    daemon.spawn(10, {});
    await daemon.report('exited', 10);
    expect(daemon.reports.every((report) => !('process' in report) || [1, 2, 10].includes(report.process))).toBe(true);
  });

  test('what is started with more than is kept is not started again', async () => {
    const { daemon, out, init } = await started(program);
    const small = join(init.folder, 'small');
    sleeper(daemon, 1, out, { env: ['PATH=/usr/bin:/bin', `V=${'x'.repeat(KEPT_MAX)}`] });
    sleeper(daemon, 2, small, { env: ['PATH=/usr/bin:/bin', `V=${'x'.repeat(KEPT_MAX - 512)}`] });
    for (const path of [out, small]) await pidNumber(path, 0);
    for (const id of [1, 2]) daemon.send({ type: 'standing-order', id: id + 2, process: id });
    for (const id of [1, 2]) daemon.send({ type: 'signal', id: id + 4, process: id, signal: 9, group: true });
    expect(await daemon.report('exited', 1)).not.toHaveProperty('standingOrder');
    expect(await daemon.report('exited', 2)).toMatchObject({ standingOrder: 4 });
    expect(await pidNumber(small, 1)).toBe((await daemon.report('spawned', 4)).pid);
  });

  test('many that begin alike and differ later are each started as they were', async () => {
    const { daemon, out } = await started(program);
    const long = 'x'.repeat(1000);
    const envs = [[`A=${long}`], [`A=${long}`, 'B=1'], [`A=${long}y`], ['C=1'], ['C=1', 'D=1'], []];
    for (const [i, env] of envs.entries()) {
      const argv = ['/bin/sh', '-c', `echo ${i} $A $B $C $D >> ${out}.${i}; exec sleep 1000`];
      daemon.spawn(i + 1, { argv, env: ['PATH=/usr/bin:/bin', ...env], orderable: true });
    }
    for (const i of envs.keys()) await eventually(() => textOf(`${out}.${i}`).endsWith('\n'));
    for (const i of envs.keys()) {
      daemon.send({ type: 'standing-order', id: 2 * i + 11, process: i + 1 });
      daemon.send({ type: 'signal', id: 2 * i + 12, process: i + 1, signal: 9, group: true });
    }
    for (const i of envs.keys()) {
      await daemon.report('execed', 2 * i + 11);
      const [first, second] = await eventually(() => {
        const lines = textOf(`${out}.${i}`).trimEnd().split('\n');
        return lines.length === 2 && lines;
      });
      expect(second).toBe(first);
    }
  });

  test('a program that is gone by then fails as any other', async () => {
    const { daemon, out, init } = await started(program);
    const tool = join(init.folder, 'tool');
    writeFileSync(tool, `#!/bin/sh\necho $$ > ${out}\nexec sleep 1000\n`, { mode: 0o755 });
    daemon.spawn(1, { argv: [tool], orderable: true });
    await pidNumber(out, 0);
    daemon.send({ type: 'standing-order', id: 2, process: 1 });
    rmSync(tool);
    daemon.send({ type: 'signal', id: 3, process: 1, signal: 9, group: true });
    expect(await daemon.report('exited', 1)).toMatchObject({ standingOrder: 2 });
    expect(await daemon.report('spawn-failed', 2)).toMatchObject({ step: 'exec', errno: 2 });
  });

  test('it is carried out while there is no daemon, and reported to the next one', async () => {
    const { daemon, out, init } = await started(program);
    sleeper(daemon, 1, out);
    const first = await pidNumber(out, 0);
    await daemon.report('execed', 1);
    daemon.supervisor.ready();
    daemon.send({ type: 'standing-order', id: 2, process: 1 });
    // Answered behind the order: it has arrived.
    daemon.send({ type: 'signal', id: 3, process: 1, signal: 0, group: false });
    await daemon.report('signalled');
    process.kill(daemon.pid, 'SIGSTOP');
    process.kill(first, 'SIGKILL');
    const second = await pidNumber(out, 1);
    process.kill(daemon.pid, 'SIGKILL');
    const next = await init.daemon();
    expect(next.state.processes).toEqual([{ process: 2, pid: second }]);
    expect(await next.report('exited', 1)).toMatchObject({ pid: first, standingOrder: 2 });
    expect(await next.report('spawned', 2)).toMatchObject({ pid: second });
  });

  test('orders outlast the supervisor that they were given to', async () => {
    const { daemon, out, init } = await started(program);
    const other = join(init.folder, 'other');
    sleeper(daemon, 1, out);
    sleeper(daemon, 2, other);
    await pidNumber(out, 0);
    await pidNumber(other, 0);
    for (const id of [1, 2]) await daemon.report('execed', id);
    daemon.send({ type: 'standing-order', id: 3, process: 1 });
    daemon.supervisor.ready();
    daemon.replace();
    const next = await init.daemon();
    next.send({ type: 'standing-order', id: 4, process: 2 });
    for (const id of [1, 2]) next.send({ type: 'signal', id: id + 4, process: id, signal: 9, group: true });
    expect(await next.report('exited', 1)).toMatchObject({ standingOrder: 3 });
    expect(await next.report('exited', 2)).toMatchObject({ standingOrder: 4 });
    expect(await pidNumber(out, 1)).toBe((await next.report('spawned', 3)).pid);
    expect(await pidNumber(other, 1)).toBe((await next.report('spawned', 4)).pid);
    next.send({ type: 'end', id: 7, status: 0 });
    expect([await init.exit(), init.said]).toEqual([0, '']);
    for (const pid of [...pidsIn(out), ...pidsIn(other)]) if (processExists(pid)) process.kill(pid, 'SIGKILL');
  });
});
