import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { descriptorsOf, parentOf } from '../../../../test/chaos/proc.ts';
import { compileFaultyInit, compileInit, loggerOf, SANITIZE } from './testing/compile.ts';
import { type Daemon, eventually, Init, textOf } from './testing/init.ts';

const variants = [
  ['plain', compileInit()],
  ['with sanitizers', compileInit(...SANITIZE)],
] as const;
const SANITIZER_OPTIONS = { ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=0:exitcode=99' };

/** A supervisor whose executable is the test's own to replace. */
function start(program: string): { init: Init; executable: string } {
  const folder = mkdtempSync(join(tmpdir(), 'handover-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const executable = join(folder, 'init');
  copyFileSync(program, executable);
  copyFileSync(loggerOf(program), loggerOf(executable));
  return { init: Init.start(executable, { env: SANITIZER_OPTIONS }), executable };
}

/** How often this process has become another image with what the one before had left. */
const wasHandedOver = (init: Init): boolean =>
  readFileSync(`/proc/${init.pid}/environ`, 'utf8').includes('UPSTART_STATE_FD=');

async function replace(init: Init, daemon: Daemon, options = { acknowledge: true }): Promise<Daemon> {
  daemon.supervisor.ready();
  daemon.replace();
  return init.daemon(options);
}

describe.each(variants)('%s', (_name, program) => {
  test('processes, logs, reports and forks that are followed continue', async () => {
    const { init } = start(program);
    const { folder } = init;
    const log = join(folder, 'log');
    const go = join(folder, 'go');
    const wait = `while [ ! -e ${go} ]; do sleep 0.02; done`;
    const first = await init.daemon({ acknowledge: false });
    first.shell(1, `echo before; ${wait}; echo after`, { console: 'log', logPath: log });
    first.shell(2, `${wait}; (sleep 1000) & exit 0`, { traceForks: 1 });
    first.shell(3, 'kill -STOP $$; exit 3');
    first.spawn(4, { argv: ['/bin/sh', '/proc/self/fd/9'], script: `${wait}\n${'# more\n'.repeat(50_000)}exit 4\n` });
    first.shell(5, `${wait}; seq 20000`, { console: 'log', logPath: join(folder, 'missing/log') });
    first.shell(6, 'exit 6');
    first.supervisor.keepNote('for the next one');
    for (const id of [1, 2, 4, 5]) await first.report('execed', id);
    const { seq } = await first.report('exited', 6);
    await first.report('stopped', 3);
    await eventually(() => textOf(log).includes('before'));
    const before = first.reports.map((report) => ({ ...report }));

    const second = await replace(init, first);
    expect(wasHandedOver(init)).toBe(true);
    expect(textOf(`/proc/${second.pid}/environ`)).toContain('UPSTART_SUPERVISOR_NOTE=for the next one\0');
    expect(second.state).toMatchObject({ pid: init.pid, lastCommand: 6 });
    const ids = second.state.processes.map(({ process }) => process).sort();
    expect(ids).toEqual([1, 2, 3, 4, 5]);
    await eventually(() => second.reports.length >= before.length);
    // Nothing was acknowledged: all of it comes once more, and in the same order.
    expect(second.reports.slice(0, before.length)).toEqual(before);
    expect(seq).toBeLessThanOrEqual(before.length);
    second.send({ type: 'signal', id: 7, process: 3, signal: 18, group: true });
    expect((await second.report('exited', 3)).code).toBe(3);
    writeFileSync(go, '');
    await second.report('exited', 1);
    expect(textOf(log)).toBe('before\r\nafter\r\n');
    expect((await second.report('exited', 4)).code).toBe(4);
    const { pid } = await second.report('expect-met', 2);
    expect([init.pid, second.state.processes.find(({ process }) => process === 2)?.pid]).toContain(parentOf(pid));
    second.send({ type: 'signal', id: 8, process: 2, signal: 9, group: false });
    expect((await second.report('exited', 2)).pid).toBe(pid);
    expect((await second.report('exited', 5)).code).toBe(0);
    second.send({ type: 'end', id: 9, status: 0 });
    expect([await init.exit(), init.said]).toEqual([0, '']);
  });

  test('while output is being written, a fork is half followed and commands are under way', async () => {
    const { init } = start(program);
    const { folder } = init;
    const log = join(folder, 'log');
    const go = join(folder, 'go');
    const count = join(folder, 'count');
    let daemon = await init.daemon({ acknowledge: false });
    const writer = `i=0; while [ ! -e ${go} ]; do i=$((i + 1)); echo $i; done; echo $i > ${count}`;
    daemon.shell(1, writer, { console: 'log', logPath: log });
    // The first of two forks is over, its child waits before the second.
    const second = `while [ ! -e ${go} ]; do sleep 0.02; done; (exec sleep 1000) & exit 0`;
    daemon.shell(2, `(${second}) & exit 0`, { traceForks: 2 });
    daemon.shell(3, 'exit 3');
    for (const id of [1, 2]) await daemon.report('execed', id);
    await daemon.report('exited', 3);
    const pid = daemon.state.pid;
    const unread = daemon.reports.map((report) => ({ ...report }));
    await eventually(() => textOf(log) !== '');
    let commands = 3;
    for (let i = 0; i < 3; i++) {
      // The supervisor finds this one on its socket together with the word that it is to be replaced.
      daemon.shell(++commands, `exit ${commands}`);
      daemon = await replace(init, daemon, { acknowledge: false });
      expect(daemon.state).toMatchObject({ pid, lastCommand: commands });
      expect((await daemon.report('exited', commands)).code).toBe(commands);
      expect(daemon.reports.slice(0, unread.length)).toEqual(unread);
    }
    writeFileSync(go, '');
    const met = await daemon.report('expect-met', 2);
    await eventually(() => /^State:\t[SR]/m.test(textOf(`/proc/${met.pid}/status`)));
    expect((await daemon.report('exited', 1)).code).toBe(0);
    const expected = Array.from({ length: Number(textOf(count)) }, (_, i) => `${i + 1}\r\n`).join('');
    expect(textOf(log) === expected, 'each line is there once, and in order').toBe(true);
    daemon.supervisor.send([], daemon.reports.at(-1)?.seq ?? 0);
    daemon.send({ type: 'signal', id: ++commands, process: 2, signal: 9, group: false });
    expect((await daemon.report('exited', 2)).pid).toBe(met.pid);
    daemon.send({ type: 'end', id: ++commands, status: 0 });
    expect([await init.exit(), init.said]).toEqual([0, '']);
  });

  test('is a command, and carried out once', async () => {
    const { init } = start(program);
    const first = await init.daemon();
    first.supervisor.ready();
    first.send({ type: 'replace', id: 5 });
    const second = await init.daemon();
    expect([second.state.lastCommand, wasHandedOver(init)]).toEqual([5, true]);
    second.send({ type: 'replace', id: 5 });
    second.shell(6, 'exit 6');
    expect((await second.report('exited', 6)).code).toBe(6);
    expect(() => process.kill(second.pid, 0), 'it was not asked to end').not.toThrow();
  });

  test('again and again, without anything piling up', async () => {
    const { init } = start(program);
    let daemon = await init.daemon();
    daemon.shell(1, 'exec sleep 1000', { console: 'log', logPath: join(init.folder, 'log') });
    const { pid } = await daemon.report('spawned', 1);
    await daemon.report('execed', 1);
    daemon = await replace(init, daemon);
    // The end of a process that logs is reported when all has been opened, its logger's connection, too.
    daemon.shell(2, 'echo', { console: 'log', logPath: join(init.folder, 'log') });
    await daemon.report('exited', 2);
    const descriptors = descriptorsOf(init.pid);
    for (let i = 0; i < 5; i++) daemon = await replace(init, daemon);
    expect(daemon.state.processes).toEqual([{ process: 1, pid }]);
    daemon.shell(3, 'echo', { console: 'log', logPath: join(init.folder, 'log') });
    await daemon.report('exited', 3);
    // One more may be open for a moment: then or now.
    await eventually(() => descriptorsOf(init.pid) <= descriptors);
    daemon.send({ type: 'signal', id: 4, process: 1, signal: 9, group: true });
    expect((await daemon.report('exited', 1)).signal).toBe(9);
  });

  test('an installed program that cannot take over is not executed', async () => {
    const { init, executable } = start(program);
    let daemon = await init.daemon();
    daemon.shell(1, 'exec sleep 1000');
    await daemon.report('execed', 1);
    const install = (text: string): void => {
      writeFileSync(`${executable}.new`, text);
      chmodSync(`${executable}.new`, 0o755);
      renameSync(`${executable}.new`, executable);
    };
    install('#!/bin/sh\nexit 1\n');
    daemon = await replace(init, daemon);
    install('nothing that could be run');
    daemon = await replace(init, daemon);
    expect(daemon.state.processes).toHaveLength(1);
    expect(wasHandedOver(init)).toBe(false);
    const complaint = `init: Failed to re-execute ${executable}: it cannot read the state of this one\n`;
    await eventually(() => init.said === complaint.repeat(2));
    expect(existsSync(`/proc/${init.pid}`)).toBe(true);
    daemon.send({ type: 'signal', id: 2, process: 1, signal: 9, group: true });
    await daemon.report('exited', 1);
  });
});

test('state of today is understood; what is older, newer, damaged or cut off is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'state-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const understands = (text: string): boolean => {
    const path = join(folder, 'state');
    writeFileSync(path, text);
    const fd = openSync(path, 'r');
    const env = { UPSTART_STATE_FD: '3', UPSTART_STATE_CHECK: '1' };
    const { status } = spawnSync(variants[0][1], [], { stdio: ['ignore', 'ignore', 'ignore', fd], env });
    closeSync(fd);
    return status === 0;
  };
  const body = 'command-last 7\nnote=3\na\nb\nunknown-to-all 1\n';
  const formats = [0, 2, 3, 4].filter((format) => understands(`upstart-supervisor ${format}\n${body}end 0\n`));
  expect(formats).toEqual([3]);
  const whole = `upstart-supervisor 3\n${body}end 0\n`;
  const cuts = Array.from({ length: whole.length }, (_, length) => whole.slice(0, length));
  expect([...cuts, `${whole}x`, whole.replace('=3', '=4'), whole.slice(1)].filter(understands)).toEqual([]);
});

describe('killed in the middle of it', () => {
  const program = compileFaultyInit();

  test.each(['memory', 'check', 'exec'])('at the step %s: its processes run on without a parent', async (step) => {
    const { init } = start(program);
    const daemon = await init.daemon();
    daemon.shell(1, 'exec sleep 1000');
    const { pid } = await daemon.report('spawned', 1);
    onTestFinished(() => void process.kill(pid, 'SIGKILL'));
    await daemon.report('execed', 1);
    writeFileSync(join(init.folder, `kill-at-${step}`), '');
    daemon.supervisor.ready();
    daemon.replace();
    expect([await init.exit(), init.child.signalCode]).toEqual([null, 'SIGKILL']);
    await eventually(() => /^State:\t[SR]/m.test(textOf(`/proc/${pid}/status`)));
    expect(parentOf(pid)).not.toBe(init.pid);
  });
});
