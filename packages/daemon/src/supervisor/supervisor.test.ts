import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeAcknowledge, encodeCommand, encodeReady } from './frame-encoder.ts';
import { LIMITS } from './frame-table.ts';
import { Supervisor } from './supervisor.ts';
import { compileInit } from './testing/compile.ts';
import { type Daemon, eventually, Init, SPEC, textOf } from './testing/init.ts';

/** One that is killed makes nothing good, however slow the machine is. */
const program = compileInit('-DGOOD_LIFE_OF_KILLED=3600000');

test('a daemon gets the state, and its end with END ends the supervisor with that status', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  expect(daemon.state).toEqual({ pid: init.pid, lastCommand: 0, processes: [], subreaperErrno: 0 });
  const line = readFileSync(`/proc/${daemon.pid}/cmdline`, 'utf8').split('\0');
  expect(line.slice(line.indexOf(init.script) + 1)).toEqual(['first', '--user', '']);
  daemon.send({ type: 'end', id: 1, status: 23 });
  expect(await init.exit()).toBe(23);
});

test('the environment of a daemon', async () => {
  const cleared = {
    ...{ NODE_OPTIONS: '--no-warnings', NODE_EXTRA_CA_CERTS: '/x', NODE_PATH: '', LD_LIBRARY_PATH: '/nowhere' },
    ...{ OPENSSL_CONF: '/nowhere', UV_THREADPOOL_SIZE: '1', GLIBC_TUNABLES: '', MALLOC_ARENA_MAX: '1' },
  };
  const init = Init.start(program, {
    env: { ...cleared, UPSTART_SAVED_PATH: '/forged', KEPT: 'a=b', NODE: '1', LD: '2' },
  });
  const first = await init.daemon();
  const env = new Set(readFileSync(`/proc/${first.pid}/environ`, 'utf8').split('\0'));
  for (const entry of ['UPSTART_SUPERVISOR_FD=3', 'UPSTART_DAEMON_FAILURES=0', 'KEPT=a=b', 'NODE=1', 'LD=2'])
    expect(env).toContain(entry);
  expect(env).toContain('MALLOC_MMAP_THRESHOLD_=65536');
  for (const [name, value] of Object.entries(cleared)) expect(env).toContain(`UPSTART_SAVED_${name}=${value}`);
  const names = [...env].map((entry) => entry.split('=')[0] ?? '');
  expect(names.filter((name) => name in cleared || name === 'UPSTART_SAVED_PATH')).toEqual([]);
  // of two that were never ready one had begun to recover; then there is one that has recovered
  process.kill(first.pid, 'SIGKILL');
  const second = await init.daemon();
  second.supervisor.begun();
  second.spawn(1, {});
  await second.report('exited', 1);
  process.kill(second.pid, 'SIGKILL');
  const third = await init.daemon();
  expect(readFileSync(`/proc/${third.pid}/environ`, 'utf8')).toContain('UPSTART_DAEMON_FAILURES=1');
  third.supervisor.begun();
  third.supervisor.recovered();
  third.spawn(2, {});
  const { seq } = await third.report('exited', 2);
  // Its report comes after the acknowledgement was read.
  third.spawn(3, {});
  await third.report('exited', 3);
  process.kill(third.pid, 'SIGKILL');
  const fourth = await init.daemon();
  const last = readFileSync(`/proc/${fourth.pid}/environ`, 'utf8');
  expect(last).toContain('UPSTART_DAEMON_FAILURES=0');
  expect(Number(/UPSTART_SUPERVISOR_ACKNOWLEDGED=(\d+)/.exec(last)?.[1])).toBeGreaterThanOrEqual(seq);
});

/** The note that a daemon was started with. */
const noteOf = ({ pid }: Daemon): string | undefined =>
  readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .find((entry) => entry.startsWith('UPSTART_SUPERVISOR_NOTE='))
    ?.replace(/^[^=]*=/, '');

test('what a daemon has noted is there for the next one, however it ended', async () => {
  const init = Init.start(program, { env: { UPSTART_SUPERVISOR_NOTE: 'forged' } });
  const first = await init.daemon();
  expect(noteOf(first)).toBe('');
  first.supervisor.keepNote('one');
  first.supervisor.keepNote('{"two": "\u00fc"}');
  first.spawn(1, {});
  await first.report('exited', 1);
  process.kill(first.pid, 'SIGKILL');
  const second = await init.daemon();
  expect(noteOf(second)).toBe('{"two": "\u00fc"}');
  process.kill(second.pid, 'SIGKILL');
  expect(noteOf(await init.daemon())).toBe('{"two": "\u00fc"}');
});

test('a note is as long as a daemon says it may be', async () => {
  const init = Init.start(program);
  const longest = 'x'.repeat(LIMITS.NOTE_MAX);
  const first = await init.daemon();
  first.supervisor.keepNote(longest);
  first.supervisor.keepNote(`${longest}x`);
  const second = await init.daemon();
  expect(noteOf(second)).toBe(longest);
  await eventually(() => init.said.includes('a note that is too long'));
});

test('a daemon starts when the working folder is gone', async () => {
  const init = Init.start(program, { through: ['sh', '-c', 'mkdir gone; cd gone; rmdir ../gone; exec "$@"', 'sh'] });
  const daemon = await init.daemon();
  expect(readlinkSync(`/proc/${daemon.pid}/cwd`)).toBe('/');
  daemon.spawn(1, {});
  expect((await daemon.report('exited', 1)).code).toBe(0);
});

test('a daemon that dies again and again, though it was ready, is not started at once for ever', async () => {
  const init = Init.start(program);
  let beganMs = 0;
  for (let death = 1; death <= 11; death++) {
    const daemon = await init.daemon();
    daemon.supervisor.ready();
    daemon.spawn(death, {});
    await daemon.report('exited', death);
    beganMs = performance.now();
    process.kill(daemon.pid, 'SIGKILL');
  }
  const last = await init.daemon();
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(200);
  expect(readFileSync(`/proc/${last.pid}/environ`, 'utf8')).toContain('UPSTART_DAEMON_FAILURES=0');
});

test('signals are reported and end nothing', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const names = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGPWR', 'SIGWINCH'] as const;
  for (const name of names) init.child.kill(name);
  for (const name of ['SIGALRM', 'SIGPIPE', 'SIGSEGV', 'SIGTSTP'] as const) init.child.kill(name);
  const numbers = () => daemon.reports.map((report) => (report.type === 'signal' ? report.signal : 0)).sort();
  await eventually(() => numbers().length === names.length);
  expect(new Set(numbers())).toEqual(new Set([15, 2, 3, 1, 10, 12, 30, 28]));
  daemon.spawn(1, {});
  expect((await daemon.report('exited', 1)).code).toBe(0);
});

test('the next daemon gets the table, the reports that were not acknowledged, and no output is lost', async () => {
  const init = Init.start(program);
  const log = join(init.folder, 'log');
  const go = join(init.folder, 'go');
  const first = await init.daemon({ acknowledge: false });
  first.supervisor.ready();
  first.shell(1, `i=0; while [ ! -e ${go} ]; do i=$((i+1)); echo $i; done; exit 3`, { console: 'log', logPath: log });
  first.spawn(2, { argv: ['sleep', '1000'] });
  first.spawn(3, {});
  const { pid } = await first.report('spawned', 2);
  await first.report('exited', 3);
  const acknowledged = first.reports[1]!.seq;
  first.supervisor.send([], acknowledged);
  first.spawn(4, { argv: ['sleep', '1000'] });
  await first.report('execed', 4);
  process.kill(first.pid, 'SIGKILL');

  const second = await init.daemon();
  expect(second.state.lastCommand).toBe(4);
  expect(second.state.processes).toContainEqual({ process: 2, pid });
  expect(second.state.processes.map(({ process }) => process).sort()).toEqual([1, 2, 4]);
  const repeated = first.reports.filter(({ seq }) => seq > acknowledged);
  await eventually(() => second.reports.length >= repeated.length);
  expect(second.reports.slice(0, repeated.length)).toEqual(repeated);
  expect(second.reports.map(({ seq }) => seq)).toEqual(second.reports.map((_, i) => acknowledged + 1 + i));

  second.shell(5, `touch ${go}`);
  expect((await second.report('exited', 1)).code).toBe(3);
  const numbers = textOf(log).trim().split('\r\n').map(Number);
  expect(numbers.every((number, i) => number === i + 1)).toBe(true);
});

test('commands that are sent again are not carried out again', async () => {
  const init = Init.start(program);
  const out = join(init.folder, 'out');
  const first = await init.daemon();
  first.supervisor.ready();
  first.shell(1, `echo once >> ${out}`);
  await first.report('exited', 1);
  first.shell(1, `echo once >> ${out}`);
  process.kill(first.pid, 'SIGKILL');
  const second = await init.daemon();
  second.shell(1, `echo once >> ${out}`);
  second.spawn(2, {});
  await second.report('exited', 2);
  expect(textOf(out)).toBe('once\n');
});

test('what a dead daemon has sent completely is carried out; half a frame is dropped', async () => {
  const init = Init.start(program);
  const out = join(init.folder, 'out');
  const { socket } = await init.connection();
  const spec = { ...SPEC, argv: ['/bin/sh', '-c', `echo done >> ${out}`] };
  const frame = encodeCommand({ type: 'spawn', id: 1, spec });
  const half = encodeCommand({ type: 'spawn', id: 2, spec }).subarray(0, -3);
  socket.end(Buffer.concat([frame, half]));
  const second = await init.daemon();
  expect(second.state.lastCommand).toBe(1);
  expect((await second.report('exited', 1)).code).toBe(0);
  second.send({ type: 'signal', id: 2, process: 1, signal: 1, group: false });
  expect(await second.report('signalled')).toMatchObject({ command: 2 });
  expect(textOf(out)).toBe('done\n');
});

test('END that is sent by a daemon which exits at once is not missed', async () => {
  const init = Init.start(program);
  const { socket } = await init.connection();
  socket.end(encodeCommand({ type: 'end', id: 1, status: 5 }));
  expect(await init.exit()).toBe(5);
});

const ready = encodeReady();
const patched = (offset: number, value: number) => {
  const bytes = Buffer.from(ready);
  bytes.writeUInt16LE(value, offset);
  return bytes;
};
const BROKEN: [what: string, bytes: Buffer][] = [
  ['a type that is not known', patched(4, 99)],
  ['a version that is not known', patched(6, LIMITS.FRAME_VERSION + 1)],
  ['too large a body', patched(2, 0xffff)],
  ['a required field missing', patched(4, 3)],
  ['an acknowledgement of what was never reported', encodeAcknowledge(1000)],
  ['no id for a command', encodeCommand({ type: 'flush-logs', id: 0 })],
];

test('a daemon that sends nonsense is replaced, and nothing of it is carried out', async () => {
  for (const [what, bytes] of BROKEN) {
    const init = Init.start(program);
    const { socket, pid } = await init.connection();
    socket.resume().write(bytes);
    await once(socket, 'close');
    const next = await init.daemon();
    expect(next.pid).not.toBe(pid);
    expect(next.state.lastCommand).toBe(0);
    const complaint = `init: the daemon sent a frame with ${what}; starting another one\n`;
    await eventually(() => init.said.includes(complaint));
  }
});

test('a daemon does not outlive the supervisor, whose death the client notices', async () => {
  const init = Init.start(program);
  const daemon = await init.daemon();
  const closed = new Promise((resolve) => daemon.supervisor.onClose(resolve));
  init.child.kill('SIGKILL');
  await closed;
  await eventually(() => !textOf(`/proc/${daemon.pid}/stat`) || textOf(`/proc/${daemon.pid}/stat`).includes(') Z '));
});

test('what is not a supervisor is refused', async () => {
  const init = Init.start(program);
  const { socket } = await init.connection();
  const connected = Supervisor.over(socket);
  socket.emit('data', Buffer.alloc(16, 7));
  await expect(connected).rejects.toThrow(/frames of version 1799, expected 1/);
});
