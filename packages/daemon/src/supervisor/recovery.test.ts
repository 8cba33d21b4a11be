/** Daemons that do not come up, or do not take what they are sent: they are replaced, and init can be ended all the same. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Supervisor } from './supervisor.ts';
import { compileInit } from './testing/compile.ts';
import { type Daemon, eventually, Init, processExists, SPEC, textOf } from './testing/init.ts';

const TERM = 15;

/** All times are short but the one that a test is about would not be: what is slow is not too slow. */
const impatientAtStart = compileInit('-DSTART_PATIENCE=1000', '-DPROCESSES_PATIENCE=3600000');
const impatientInRecovery = compileInit('-DRECOVERY_PATIENCE=500');
const impatientForAnswers = compileInit('-DTOLD_PATIENCE=2500', '-DPROCESSES_PATIENCE=15000');
/** Daemons have time to answer on a slow machine, and the one that answers is waited for. */
const waitingForAnswers = compileInit('-DTOLD_PATIENCE=10000', '-DTOLD_TIMES=1000', '-DREPORTS_MAX=32768u');
const quick = compileInit('-DGOOD_LIFE=0');
const patient = compileInit('-DGOOD_LIFE=3600000');

const TOO_SLOW = 'init: the daemon does not come up\n';

/** The next daemon that has the state before it is killed. */
async function nextDaemon(init: Init): Promise<Daemon> {
  for (;;) {
    const daemon = await init.daemon().catch(() => null);
    if (daemon) return daemon;
  }
}

/** Has a daemon be READY, and end by itself: anything but SIGKILL counts as that. */
const crash = (daemon: Daemon): Promise<number> => dies(daemon, 'ready', 'SIGTERM');

/** Has a daemon say this, and end when the supervisor has heard it. Returns the time before its end. */
async function dies(daemon: Daemon, said: 'recovered' | 'ready', signal: NodeJS.Signals): Promise<number> {
  daemon.supervisor[said]();
  const id = daemon.state.lastCommand + 1;
  daemon.spawn(id, {});
  await daemon.report('exited', id);
  const beforeMs = performance.now();
  process.kill(daemon.pid, signal);
  return beforeMs;
}

test('a daemon that does not begin to recover is replaced; one that has begun has more time', async () => {
  const init = Init.start(impatientAtStart);
  const first = await nextDaemon(init);
  let daemon = await nextDaemon(init);
  expect(daemon.pid).not.toBe(first.pid);
  await eventually(() => init.said.includes(TOO_SLOW));
  for (;;) {
    // on a slow machine it takes a few until one has been in time
    daemon.supervisor.begun();
    // longer than the patience, which has doubled with each that was too slow, up to 8 s
    const tooSlow = init.said.split(TOO_SLOW).length - 1;
    daemon.spawn(daemon.state.lastCommand + 1, { argv: ['sleep', String(Math.min(2 ** tooSlow, 8) + 0.5)] });
    const exited = daemon.report('exited', daemon.state.lastCommand + 1).then(() => null);
    const next = await Promise.race([exited, nextDaemon(init)]);
    if (!next) break;
    daemon = next;
  }
  // one that was too slow would have been killed
  expect(processExists(daemon.pid)).toBe(true);
});

test('a daemon that begins to recover and does not get on is replaced, and counts as one that could not recover', async () => {
  const init = Init.start(impatientInRecovery);
  const first = await init.daemon();
  first.supervisor.begun();
  const second = await init.daemon();
  await eventually(() => init.said.includes(TOO_SLOW));
  expect(readFileSync(`/proc/${second.pid}/environ`, 'utf8')).toContain('UPSTART_DAEMON_FAILURES=1');
});

test('a daemon that has recovered and does not get on is replaced, and says nothing against the saved state', async () => {
  const init = Init.start(impatientInRecovery);
  const { socket } = await init.connection();
  const { supervisor } = await Supervisor.over(socket);
  // in one piece: nothing passes between the two
  socket.cork();
  supervisor.begun();
  supervisor.recovered();
  socket.uncork();
  const second = await init.daemon();
  await eventually(() => init.said.includes(TOO_SLOW));
  expect(readFileSync(`/proc/${second.pid}/environ`, 'utf8')).toContain('UPSTART_DAEMON_FAILURES=0');
});

test('daemons that are killed when they have recovered do not keep init from starting others', async () => {
  const init = Init.start(patient);
  for (let death = 1; death <= 4; death++) await dies(await init.daemon(), 'recovered', 'SIGKILL');
  init.child.kill('SIGTERM');
  const next = await init.daemon();
  next.supervisor.ready();
  expect((await next.report('signal')).signal).toBe(TERM);
  next.send({ type: 'end', id: next.state.lastCommand + 1, status: 7 });
  expect(await init.exit()).toBe(7);
});

test('daemons that end by themselves when they have recovered count as ones that do not come up', async () => {
  const init = Init.start(impatientForAnswers);
  for (let death = 1; death <= 4; death++) await dies(await init.daemon(), 'recovered', 'SIGTERM');
  await init.daemon();
  init.child.kill('SIGTERM');
  expect(await init.exit()).toBe(1);
  await eventually(() => init.said.includes('no daemon comes up: ending without one'));
});

test('a daemon that is ready has all the time there is', async () => {
  const init = Init.start(impatientInRecovery);
  const daemon = await init.daemon();
  daemon.supervisor.ready();
  daemon.spawn(1, { argv: ['sleep', '1'] });
  await daemon.report('exited', 1);
  expect(init.said).toBe('');
});

test('a daemon that does not take a signal is replaced by one that does', async () => {
  const init = Init.start(waitingForAnswers);
  const first = await init.daemon({ acknowledge: false });
  first.supervisor.ready();
  first.spawn(1, {});
  await first.report('exited', 1);
  process.kill(first.pid, 'SIGSTOP');
  init.child.kill('SIGTERM');
  const second = await init.daemon();
  await eventually(() => init.said.includes('init: the daemon does not take a signal\n'));
  expect((await second.report('signal')).signal).toBe(TERM);
  second.send({ type: 'end', id: 2, status: 7 });
  expect(await init.exit()).toBe(7);
});

test('a signal that was taken is no reason to end anything', async () => {
  const init = Init.start(waitingForAnswers);
  const daemon = await init.daemon();
  daemon.supervisor.ready();
  init.child.kill('SIGTERM');
  await daemon.report('signal');
  daemon.spawn(1, { argv: ['sleep', '12'] });
  await daemon.report('exited', 1);
  expect(init.said).toBe('');
});

test('a signal that comes while there is no room for reports is not overlooked', async () => {
  const init = Init.start(waitingForAnswers);
  const first = await init.daemon({ acknowledge: false });
  first.supervisor.ready();
  const count = 200;
  for (let id = 1; id <= count; id++) first.spawn(id, {});
  await eventually(() => first.reports.some((report) => report.type === 'execed' && report.process === count));
  for (const name of ['SIGHUP', 'SIGTERM'] as const) init.child.kill(name);
  const second = await init.daemon();
  for (let id = 1; id <= count; id++) await second.report('exited', id);
  await eventually(() => second.reports.filter(({ type }) => type === 'signal').length === 2);
});

test('told to end when no daemon comes up, it ends without one', async () => {
  const init = Init.start(impatientAtStart, { env: { UPSTART_NODE: '/nonexistent/node' } });
  await eventually(() => init.said.split('starting another one').length > 4);
  init.child.kill('SIGTERM');
  expect(await init.exit()).toBe(1);
  await eventually(() => init.said.includes('no daemon comes up: ending without one'));
});

test('told to end while a daemon comes up for ever, it ends, and its processes with it', async () => {
  const init = Init.start(impatientForAnswers);
  const first = await init.daemon({ acknowledge: false });
  const out = join(init.folder, 'out');
  first.shell(1, `trap 'echo told >> ${out}; exit' TERM; touch ${out}; while :; do sleep 0.05; done`, {
    orderable: true,
  });
  first.shell(2, `trap '' TERM; touch ${out}2; while :; do sleep 0.05; done`);
  await eventually(() => existsSync(out) && existsSync(`${out}2`));
  first.send({ type: 'standing-order', id: 3, process: 1 });
  const { pid } = await first.report('spawned', 2);
  init.child.kill('SIGTERM');
  expect(await init.exit()).toBe(1);
  await eventually(() => init.said.includes('no daemon comes up: ending without one'));
  expect(textOf(out)).toBe('told\n');
  await eventually(() => !processExists(pid));
});

test('what is not carried out of a dead daemon is repeated by the next one, and each is done once', async () => {
  const init = Init.start(quick);
  const out = join(init.folder, 'out');
  writeFileSync(out, '');
  const count = 100;
  const commands = Array.from({ length: count }, (_, i) => ({
    type: 'spawn' as const,
    id: i + 1,
    spec: { ...SPEC, argv: ['/bin/sh', '-c', `echo ${i + 1} >> ${out}`] },
  }));
  const first = await init.daemon();
  first.send(...commands);
  process.kill(first.pid, 'SIGKILL');
  const second = await init.daemon();
  second.send(...commands);
  await second.report('exited', count);
  for (let id = 1; id <= count; id++) await second.report('exited', id);
  const numbers = textOf(out).trim().split('\n').map(Number);
  expect(numbers.sort((a, b) => a - b)).toEqual(commands.map(({ id }) => id));
});

test('daemons that end by themselves though they were ready are started ever later', async () => {
  const init = Init.start(patient);
  let beganMs = 0;
  for (let death = 1; death <= 5; death++) beganMs = await crash(await init.daemon());
  await init.daemon();
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(400);
});

test('daemons that lived well before they ended are followed at once', { timeout: 300_000 }, async () => {
  const init = Init.start(quick);
  // with pauses that grow these would take minutes
  for (let death = 1; death <= 14; death++) await crash(await init.daemon());
  await init.daemon();
});
