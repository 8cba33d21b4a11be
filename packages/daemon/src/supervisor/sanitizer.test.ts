import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compileFaultyInit, compileInit, compileNotifySend, SANITIZE } from './testing/compile.ts';
import { crowd, disperse } from './testing/crowd.ts';
import { Init, textOf } from './testing/init.ts';

const send = compileNotifySend();

// leaks cannot be looked for: it would need to trace a process that traces
const SANITIZERS = { ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=0:exitcode=99', UBSAN_OPTIONS: 'print_stacktrace=1' };

test('nothing that AddressSanitizer or UBSan would complain of', async () => {
  await everything(Init.start(compileInit(...SANITIZE), { env: SANITIZERS }));
});

const VALGRIND = [
  'valgrind',
  '--quiet',
  '--error-exitcode=99',
  '--leak-check=full',
  '--errors-for-leak-kinds=definite',
  '--show-leak-kinds=definite',
  // it asks for a word on each that it does not know
  '--sim-hints=lax-ioctls',
];
/** Its message about system calls that it does not know, which then fail as on an older kernel. */
const UNKNOWN_CALL = /^--\d+-- /;

test('nothing that valgrind would complain of, and no memory lost', async ({ skip }) => {
  skip(spawnSync('valgrind', ['--version']).status !== 0, 'valgrind is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'valgrind-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const options = [`--log-file=${folder}/%p`, '--child-silent-after-fork=yes'];
  // of all ways to clone it knows fork only
  const env = { OLD_TABLE: '1' };
  await everything(Init.start(compileFaultyInit('-g'), { env, through: [...VALGRIND, ...options] }));
  const complaints = readdirSync(folder).flatMap((name) => textOf(join(folder, name)).split('\n'));
  expect(complaints.filter((line) => line !== '' && !UNKNOWN_CALL.test(line))).toEqual([]);
});

const NOTIFY_ENV = ['NOTIFY_SOCKET=@', 'WATCHDOG_PID=0'];
const NO_GROUP = { controller: 'nonesuch', name: 'upstart/none', key: 'max', value: '1' };

/** One of everything that a supervisor does, from its beginning to its end with status 12. */
async function everything(init: Init): Promise<void> {
  const folder = init.folder;
  const log = join(folder, 'log');
  const out = join(folder, 'out');
  const first = await init.daemon({ acknowledge: false });
  first.supervisor.ready();
  first.supervisor.rotateLogs({ size: 1_000_000, age: 3600, keep: 2 });
  first.shell(1, `echo hello; while [ ! -e ${out} ]; do echo again; sleep 0.01; done`, {
    console: 'log',
    logPath: log,
    outputLabel: 'first',
  });
  first.spawn(2, { argv: ['/no/such/program'], console: 'log', logPath: log, script: 'true\n' });
  first.spawn(3, { argv: ['/bin/sh', '/proc/self/fd/9'], script: `${'# comment\n'.repeat(30_000)}exit 3\n` });
  first.shell(4, '(exit 4) & wait', { traceForks: 1 });
  first.shell(5, '((exit 5) & wait) & wait', { traceForks: 2 });
  first.spawn(6, {
    user: 'no-such-user',
    limits: [{ resource: 'core', soft: '0', hard: '0' }],
    umask: 0,
    nice: 1,
    cgroups: [NO_GROUP],
  });
  first.shell(7, 'seq 100000', {
    console: 'log',
    logPath: join(folder, 'missing/log'),
    outputLabel: 'seventh',
  });
  first.shell(8, 'kill -STOP $$; exec sleep 1000');
  await first.report('stopped', 8);
  first.send({ type: 'signal', id: 9, process: 8, signal: 18, group: true });
  await first.report('continued', 8);
  expect((await first.report('exited', 3)).code).toBe(3);
  expect(await first.report('spawn-failed', 6)).toMatchObject({ step: 'setuid-lookup' });
  process.kill(first.pid, 'SIGKILL');

  const second = await init.daemon();
  second.send(
    { type: 'signal', id: 10, process: 7, signal: 9, group: true },
    { type: 'signal', id: 11, process: 8, signal: 9, group: true },
    { type: 'flush-logs', id: 12 },
  );
  second.shell(13, `touch ${out}`);
  for (const id of [1, 3, 7, 8, 13]) await second.report('exited', id);
  expect(textOf(log)).toMatch(/^hello\r\n(again\r\n)*$/);
  second.supervisor.send([], 1_000_000); // which no daemon may: there are no such reports
  const third = await init.daemon();
  for (let id = 100; id < 400; id++) third.spawn(id, { console: id % 3 ? 'none' : 'log', logPath: log });
  for (let id = 100; id < 400; id++) await third.report('exited', id);
  third.shell(400, 'echo >&3', { notify: { fd: 3 } });
  third.spawn(401, { argv: [send, 'MAINPID=1'], env: NOTIFY_ENV, notify: { access: 'all', ownGroups: true } });
  for (const id of [400, 401]) {
    expect((await third.report('notified', id)).errno).toBe(0);
    await third.report('exited', id);
  }
  const crowded = await crowd(third, { after: 999 });
  third.shell(crowded + 1, 'echo one of many', { console: 'log', logPath: `${log}2` });
  third.spawn(crowded + 2, { argv: ['/no/such/program'], script: 'true\n' });
  await third.report('exited', crowded + 1);
  await third.report('spawn-failed', crowded + 2);
  expect(textOf(`${log}2`)).toBe('one of many\r\n');
  const ids = Array.from({ length: crowded - 999 }, (_, i) => 1000 + i);
  const last = await disperse(third, ids, crowded + 2);
  third.send({ type: 'end', id: last + 1, status: 12 });
  expect([await init.exit(), init.said.replaceAll(/^init: the daemon .*\n/gm, '')]).toEqual([12, '']);
}
