import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parentOf } from '../../../../test/chaos/proc.ts';
import type { SpawnSpec, SpawnStep } from './process-messages.ts';
import { compileFaultyInit, compileInit, SANITIZE } from './testing/compile.ts';
import { crowd, disperse } from './testing/crowd.ts';
import { type Daemon, eventually, Init, textOf } from './testing/init.ts';

const variants = [
  ['plain', compileInit()],
  ['with sanitizers', compileInit(...SANITIZE)],
] as const;
const env = { ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=0:exitcode=99' };
const AS_ROOT = process.getuid!() === 0;

/** A supervisor with many descriptors, its daemon, and how many processes run. Their ids are below 1001. */
async function crowded(program: string) {
  const init = Init.start(program, { env });
  const daemon = await init.daemon();
  const count = await crowd(daemon);
  return { init, daemon, count, log: join(init.folder, 'log'), out: join(init.folder, 'out') };
}

/** That a process of the job starts, writes into its log and ends. */
async function works(daemon: Daemon, id: number, folder: string): Promise<void> {
  const log = join(folder, `works-${id}`);
  daemon.shell(id, 'echo out; echo err >&2; exit 4', { console: 'log', logPath: log });
  expect((await daemon.report('exited', id)).code).toBe(4);
  expect(daemon.typesOf(id)).toEqual(['spawned', 'execed', 'exited']);
  expect(textOf(log)).toBe('out\r\nerr\r\n');
}

describe.each(variants)('a supervisor with many descriptors, %s', (_name, program) => {
  test('starts processes as ever: output, scripts, sessions, no other descriptors', async () => {
    const { init, daemon, log, out } = await crowded(program);
    await works(daemon, 1002, init.folder);
    const script = `ls -l /proc/$$/fd | grep -c ' 9 ->' > ${out}\n${'# comment\n'.repeat(30_000)}exit 3\n`;
    daemon.spawn(1003, { argv: ['/bin/sh', '/proc/self/fd/9'], script, console: 'log', logPath: log });
    expect((await daemon.report('exited', 1003)).code).toBe(3);
    expect(textOf(out).trim()).toBe('0');
    daemon.spawn(1004, { argv: ['sleep', '1000'], console: 'log', logPath: log });
    daemon.spawn(1005, { debugStop: true, script: 'true\n', console: 'log', logPath: log });
    await daemon.report('execed', 1004);
    for (const [id, states] of [
      [1004, /^State:\tS/m],
      [1005, /^State:\tT/m],
    ] as const) {
      const { pid } = await daemon.report('spawned', id);
      await eventually(() => states.test(textOf(`/proc/${pid}/status`)));
      const open = id === 1005 ? ['0', '1', '2', '9'] : ['0', '1', '2'];
      expect(readdirSync(`/proc/${pid}/fd`).sort()).toEqual(open);
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
      expect(stat.slice(1, 4).map(Number)).toEqual([init.pid, pid, pid]);
      expect(textOf(`/proc/${pid}/status`)).toMatch(/^SigBlk:\t0+$/m);
    }
    const [, most] = /Max open files +(\d+)/.exec(readFileSync('/proc/self/limits', 'latin1'))!;
    daemon.shell(1006, `ulimit -Sn > ${out}`);
    await daemon.report('exited', 1006);
    expect(textOf(out).trim()).toBe(most);
  });

  test('says why one cannot be started', async () => {
    const { daemon, log } = await crowded(program);
    const cases: [step: SpawnStep, errno: number, spec: Partial<SpawnSpec>][] = [
      ['exec', 2, { argv: ['/no/such/program'], console: 'log', logPath: log, script: 'true\n' }],
      ['exec', 7, { env: ['A='.padEnd(1_000_000, 'x')] }],
      ['chdir', 2, { chdir: '/no/such/folder' }],
      ['limit', 22, { limits: [{ resource: 'core', soft: '2', hard: '1' }] }],
      ['setuid-lookup', 0, { user: 'no-such-user' }],
    ];
    for (const [i, [, , spec]] of cases.entries()) daemon.spawn(1010 + i, spec);
    for (const [i, [step, errno]] of cases.entries()) {
      expect(await daemon.report('spawn-failed', 1010 + i)).toMatchObject({ step, errno });
    }
  });

  test('follows forks', async () => {
    const { init, daemon } = await crowded(program);
    daemon.shell(1002, '(exec sleep 1000) & exit 0', { traceForks: 1 });
    daemon.shell(1003, '((exec sleep 1000) & exit 0) & exit 0', { traceForks: 2 });
    for (const id of [1002, 1003]) {
      const { pid } = await daemon.report('expect-met', id);
      await eventually(() => parentOf(pid) === init.pid);
      daemon.send({ type: 'signal', id: id + 10, process: id, signal: 9, group: false });
      expect(await daemon.report('exited', id)).toMatchObject({ pid, signal: 9 });
    }
  });

  test('has room for as many arguments as the kernel takes, also of a script without an interpreter', async () => {
    const { init, daemon, out } = await crowded(program);
    const script = join(init.folder, 'script');
    writeFileSync(script, `echo $# > ${out}\n`, { mode: 0o755 });
    const count = 150_000;
    daemon.spawn(1002, { argv: [script, ...Array<string>(count).fill('x')] });
    expect(await daemon.report('exited', 1002)).toMatchObject({ code: 0, signal: 0 });
    expect(Number(textOf(out))).toBe(count);
  });

  test.runIf(AS_ROOT)('has them run as whom they should', async () => {
    const { daemon, out } = await crowded(program);
    const looks: [expected: RegExp, spec: Partial<SpawnSpec>][] = [
      [/^65534 65534 65534$/, { user: 'nobody' }],
      [/^65534 1 1$/, { user: 'nobody', group: 'daemon' }],
      [/^0 1 1( |$)/, { group: 'daemon' }],
    ];
    for (const [i, [expected, spec]] of looks.entries()) {
      writeFileSync(`${out}${i}`, '');
      chmodSync(`${out}${i}`, 0o666);
      const argv = ['/bin/sh', '-e', '/proc/self/fd/9'];
      daemon.spawn(1002 + i, { argv, script: `echo $(id -u) $(id -g) $(id -G) > ${out}${i}\n`, ...spec });
      expect(await daemon.report('exited', 1002 + i)).toMatchObject({ code: 0 });
      expect(textOf(`${out}${i}`).trim()).toMatch(expected);
    }
  });

  test('stays so after a re-execution', async () => {
    const { init, daemon: first, count } = await crowded(program);
    let daemon = first;
    for (let id = 1002; id < 1004; id++) {
      daemon.supervisor.ready();
      daemon.replace();
      daemon = await init.daemon();
      expect(daemon.state.processes).toHaveLength(count);
      await works(daemon, id, init.folder);
    }
    const ids = daemon.state.processes.map(({ process }) => process);
    const last = await disperse(daemon, ids, 1003);
    daemon.send({ type: 'end', id: last + 1, status: 7 });
    expect([await init.exit(), init.said]).toEqual([7, '']);
  });
});

/** So many jobs that a child shares the descriptors at first, and so few that it gets a copy of them. */
const [MANY, FEW] = [300, 1];

describe('a child that does not get descriptors of its own', () => {
  const patient = compileFaultyInit();
  /** Enough for a child that nobody has stopped, on a slow machine. */
  const impatient = compileFaultyInit('-DFIRST_STEP_PATIENCE=10000');

  test('where the kernel cannot do that, it gets a copy of all and closes them', async () => {
    const init = Init.start(patient, { env: { OLD_TABLE: '1' } });
    const daemon = await init.daemon();
    await crowd(daemon, { size: 20 });
    await works(daemon, 1001, init.folder);
    daemon.spawn(1002, { debugStop: true, console: 'log' });
    const { pid } = await daemon.report('stopped', 1002);
    expect(readdirSync(`/proc/${pid}/fd`).sort()).toEqual(['0', '1', '2']);
  });

  test.each([
    ['stopped-child', impatient, MANY, {}],
    ['killed-child', patient, MANY, {}],
    ['killed-child', patient, FEW, {}],
    ['killed-child', patient, MANY, { OLD_TABLE: '1' }],
  ])('%s: it is killed, and holds nobody else (%#)', async (fault, program, size, env) => {
    const init = Init.start(program, { env });
    const daemon = await init.daemon();
    const last = await crowd(daemon, { size });
    writeFileSync(join(init.folder, fault), '');
    daemon.spawn(last + 1, { console: 'log', logPath: join(init.folder, 'log'), script: 'true\n' });
    expect(await daemon.report('exited', last + 1)).toMatchObject({ signal: 9 });
    rmSync(join(init.folder, fault));
    await works(daemon, last + 2, init.folder);
    expect(daemon.typesOf(last)).toEqual(['spawned', 'execed']);
  });

  test('stopped with a copy of few descriptors, it holds nobody else, and continues', async () => {
    const init = Init.start(patient);
    const daemon = await init.daemon();
    writeFileSync(join(init.folder, 'stopped-child'), '');
    daemon.spawn(1, { argv: ['sh', '-c', 'exit 5'] });
    const { pid } = await daemon.report('spawned', 1);
    await eventually(() => / T /.test(textOf(`/proc/${pid}/stat`)));
    rmSync(join(init.folder, 'stopped-child'));
    await works(daemon, 2, init.folder);
    process.kill(pid, 'SIGCONT');
    expect(await daemon.report('exited', 1)).toMatchObject({ code: 5 });
  });
});
