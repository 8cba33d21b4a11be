/** What processes say of themselves: by sd_notify(3), and by a newline on a pipe. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { descriptorsOf } from '../../../../test/chaos/proc.ts';
import type { NotifySpec, Report } from './process-messages.ts';
import { compileInit, compileNotifySend, SANITIZE } from './testing/compile.ts';
import { type Daemon, eventually, Init, textOf } from './testing/init.ts';

const program = compileInit(...SANITIZE);
const send = compileNotifySend();

const MAIN: NotifySpec = { access: 'main', ownGroups: false };
const ALL: NotifySpec = { access: 'all', ownGroups: false };
const ENV = ['PATH=/usr/local/bin:/usr/bin:/bin', 'NOTIFY_SOCKET=@', 'WATCHDOG_PID=0'];

type Notified = Extract<Report, { type: 'notified' }>;

/** A shell whose `send` is the sender. The last command of a line has the pid of the shell when it is executed. */
function job(daemon: Daemon, id: number, text: string, notify: NotifySpec = MAIN): void {
  daemon.shell(id, text.replaceAll('send', send), { env: ENV, notify });
}

const toldBy = (daemon: Daemon, process: number): Notified[] =>
  daemon.reports.filter((report): report is Notified => report.type === 'notified' && report.process === process);

const textsOf = (daemon: Daemon, process: number): string[] => toldBy(daemon, process).map(({ detail }) => detail);

test('a message of the main process is reported, behind the report that its program runs', async () => {
  const daemon = await Init.start(program).daemon();
  job(daemon, 1, "exec send 'READY=1\nSTATUS=up'");
  const { pid } = await daemon.report('spawned', 1);
  expect(await daemon.report('notified', 1)).toMatchObject({ pid, errno: 0, detail: 'READY=1\nSTATUS=up' });
  await daemon.report('exited', 1);
  expect(daemon.typesOf(1)).toEqual(['spawned', 'execed', 'notified', 'exited']);
});

test('the environment has the address and the pid, and only where there is a socket', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const line = (name: string) => `echo "$NOTIFY_SOCKET $WATCHDOG_PID $$" > ${join(init.folder, name)}`;
  job(daemon, 1, line('one'));
  daemon.shell(2, line('two'), { env: ['PATH=/bin', 'NOTIFY_SOCKET=/own'] });
  await Promise.all([daemon.report('exited', 1), daemon.report('exited', 2)]);
  expect(textOf(join(init.folder, 'one'))).toMatch(/^@[0-9a-f]{5} (\d+) \1\n$/);
  expect(textOf(join(init.folder, 'two'))).toMatch(/^\/own {2}\d+\n$/);
});

test('a child of the main process is refused, and said once; with access for all it is heard', async () => {
  const daemon = await Init.start(program).daemon();
  const children = 'send BARRIER=1; send A; send B; exec send C';
  job(daemon, 1, children);
  job(daemon, 2, children, ALL);
  await Promise.all([daemon.report('exited', 1), daemon.report('exited', 2)]);
  expect(toldBy(daemon, 1).map(({ errno, detail }) => [errno, detail])).toEqual([
    [1, ''],
    [0, 'C'],
  ]);
  job(daemon, 3, 'send BARRIER=1; exec send C');
  await daemon.report('exited', 3);
  expect(textsOf(daemon, 3)).toEqual(['C']);
  // A shell may reap a child before anybody could ask which session it was of.
  expect(toldBy(daemon, 2).at(-1)).toMatchObject({ errno: 0, detail: 'C' });
});

test('a process that has left the session is refused, also where the job could not enter its control groups', async () => {
  const daemon = await Init.start(program).daemon();
  const text = 'setsid send -w X & exec sleep 1000';
  job(daemon, 1, text, ALL);
  job(daemon, 2, text, { access: 'all', ownGroups: true });
  for (const id of [1, 2]) expect(await daemon.report('notified', id)).toMatchObject({ errno: 1 });
});

test('of strangers nothing is heard, whatever pid they claim to have', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const address = join(init.folder, 'address');
  job(daemon, 1, `echo $NOTIFY_SOCKET > ${address}.new; mv ${address}.new ${address}; exec sleep 1000`, ALL);
  const { pid } = await daemon.report('spawned', 1);
  await eventually(() => textOf(address));
  const to = `${send} -a ${textOf(address).trim()}`;
  daemon.shell(2, `${to} READY=1; ${to} READY=1`);
  expect(await daemon.report('notified', 1)).toMatchObject({ errno: 1, detail: '' });
  // The kernel lets nobody but root claim another's pid.
  daemon.spawn(3, { argv: [send, '-a', textOf(address).trim(), '-p', String(pid), 'READY=1'], user: 'nobody' });
  expect(await daemon.report('exited', 3)).toMatchObject({ code: 2 });
  expect(toldBy(daemon, 1)).toHaveLength(1);
});

test('descriptors that come along are closed', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  // Once a process has been started: others that are opened for a while only are more, at the most.
  daemon.spawn(1, {});
  await daemon.report('exited', 1);
  const before = descriptorsOf(init.pid);
  job(daemon, 2, 'exec send -f -n 20 FDSTORE=1');
  await daemon.report('exited', 2);
  expect(textsOf(daemon, 2)).toEqual(Array(20).fill('FDSTORE=1'));
  await eventually(() => descriptorsOf(init.pid) <= before);
});

test.each([
  [4096, 0],
  [4097, 90],
])('a message of %i bytes is answered with error %i', async (bytes, errno) => {
  const daemon = await Init.start(program).daemon();
  job(daemon, 1, `exec send -s ${bytes} READY=1`);
  const report = await daemon.report('notified', 1);
  expect(report).toMatchObject({ errno });
  expect(report.detail).toHaveLength(errno === 0 ? bytes : 0);
});

test('without a daemon messages are kept, and those that have no room wait at the sender', async () => {
  const init = Init.start(program);
  const first = await init.daemon({ acknowledge: false });
  // More than are kept: the sender waits.
  const count = 300;
  job(first, 1, `exec send -n ${count} -s 1000 X`);
  await first.report('notified', 1);
  process.kill(first.pid, 'SIGKILL');
  const second = await init.daemon();
  await second.report('exited', 1);
  expect(textsOf(second, 1)).toHaveLength(count);
});

test('a flood holds up nobody else', async () => {
  const daemon = await Init.start(program).daemon();
  for (const id of [1, 2, 3]) job(daemon, id, 'while :; do send -n 100000 STATUS=x; done', ALL);
  await daemon.report('notified', 1);
  for (let id = 10; id < 30; id++) {
    job(daemon, id, 'exec send READY=1');
    expect(await daemon.report('notified', id)).toMatchObject({ detail: 'READY=1' });
  }
});

test('listens on over a re-execution, and to the next daemon', async () => {
  const init = Init.start(program);
  const first = await init.daemon();
  const go = join(init.folder, 'go');
  const wait = `while [ ! -e ${go} ]; do sleep 0.01; done`;
  job(first, 1, `${wait}; exec send READY=1`);
  first.shell(2, `${wait}; echo >&3; exec sleep 1000`, { notify: { fd: 3 } });
  await Promise.all([first.report('execed', 1), first.report('execed', 2)]);
  first.supervisor.ready();
  first.replace();
  const second = await init.daemon();
  second.shell(3, `touch ${go}`);
  expect(await second.report('notified', 1)).toMatchObject({ errno: 0, detail: 'READY=1' });
  expect(await second.report('notified', 2)).toMatchObject({ errno: 0, detail: 'READY=1' });
});

test('MAINPID makes another process of the job the main process', async () => {
  const daemon = await Init.start(program).daemon();
  job(daemon, 1, 'sleep 1000 & exec send "MAINPID=$!\nREADY=1"');
  const { pid, oldPid } = await daemon.report('forked', 1);
  expect(oldPid).toBe((await daemon.report('spawned', 1)).pid);
  expect(await daemon.report('notified', 1)).toMatchObject({ pid: oldPid, errno: 0 });
  daemon.send({ type: 'signal', id: 2, process: 1, signal: 15, group: false });
  expect(await daemon.end(1)).toMatchObject({ pid });
  expect(daemon.typesOf(1).filter((type) => type === 'exited' || type === 'vanished')).toHaveLength(1);
});

test('MAINPID of a stranger is only reported', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  job(daemon, 1, `exec send "MAINPID=${init.pid}"`);
  const { pid } = await daemon.report('spawned', 1);
  expect(await daemon.report('exited', 1)).toMatchObject({ pid, code: 0 });
  expect(daemon.typesOf(1)).toEqual(['spawned', 'execed', 'notified', 'exited']);
});

test('MAINPID of a process that has ended does not end the job', async () => {
  const daemon = await Init.start(program).daemon();
  // A shell that has become another program reaps nothing.
  job(daemon, 1, 'true & while [ -e /proc/$!/exe ]; do :; done; exec send -w "MAINPID=$!"');
  const { pid } = await daemon.report('notified', 1);
  daemon.send({ type: 'signal', id: 2, process: 1, signal: 15, group: false });
  expect(await daemon.report('exited', 1)).toMatchObject({ pid, signal: 15 });
  expect(daemon.typesOf(1)).not.toContain('forked');
});

test('signs of life do not pile up while the daemon is stopped', async () => {
  const daemon = await Init.start(program).daemon({ acknowledge: false });
  job(daemon, 1, 'exec send -n 60 WATCHDOG=1');
  expect(await daemon.report('exited', 1)).toMatchObject({ code: 0 });
  expect(textsOf(daemon, 1)).toEqual(['WATCHDOG=1']);
});

test.each([3, 4, 5, 16, 255])('a newline on descriptor %i says that it is ready', async (fd) => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const log = join(init.folder, 'log');
  // A shell of one digit: sh knows no others.
  const text = `readlink /proc/self/fd/${fd}; printf x > /proc/self/fd/${fd}; echo > /proc/self/fd/${fd}; exec sleep 1000`;
  daemon.shell(1, text, { notify: { fd }, console: 'log', logPath: log });
  expect(await daemon.report('notified', 1)).toMatchObject({ errno: 0, detail: 'READY=1' });
  await eventually(() => /^pipe:/.test(textOf(log)));
});

test('a pipe that is closed without a newline says so, and so does a program that cannot be executed', async () => {
  const daemon = await Init.start(program).daemon();
  daemon.shell(1, 'printf x >&3; exec 3>&-; exec sleep 1000', { notify: { fd: 3 } });
  expect(await daemon.report('notified', 1)).toMatchObject({ errno: 32, detail: '' });
  daemon.spawn(2, { argv: ['/no/such/program'], notify: { fd: 3 } });
  expect(await daemon.report('spawn-failed', 2)).toMatchObject({ step: 'exec', errno: 2 });
  daemon.shell(3, 'true', { notify: { fd: 100 }, limits: [{ resource: 'nofile', soft: '50', hard: '50' }] });
  expect(await daemon.report('spawn-failed', 3)).toMatchObject({ step: 'ready-fd', errno: 9 });
});
