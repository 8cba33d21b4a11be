import { chmodSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SpawnSpec } from './process-messages.ts';
import { compileInit } from './testing/compile.ts';
import { eventually, Init, processExists, textOf } from './testing/init.ts';

const program = compileInit();
const NOBODY = 65534;
const [ENOENT, EINVAL, ESRCH] = [2, 22, 3];

/** A shell that reads its script from descriptor 9, as the daemon asks for scripts of several lines. */
const SCRIPT = ['/bin/sh', '-e', '/proc/self/fd/9'];

async function started(options?: Parameters<typeof Init.start>[1]) {
  const init = Init.start(program, options);
  const daemon = await init.daemon();
  return { init, daemon, out: join(init.folder, 'out') };
}

test('bytes that are no UTF-8 reach the program as they are', async () => {
  const { daemon, out } = await started();
  const script = `printf '%s %s ' "$1" "$V" > ${out}; printf '\udcfe' >> ${out}`;
  const argv = ['/bin/sh', '-e', '-c', script, 'sh', 'caf\udce9'];
  daemon.spawn(1, { argv, env: ['PATH=/usr/bin:/bin', 'V=\udcff!'] });
  await daemon.report('exited', 1);
  expect(readFileSync(out)).toEqual(Buffer.from('caf\xe9 \xff! \xfe', 'latin1'));
});

test('a program runs and its end is reported, with what it used', async () => {
  const { daemon } = await started();
  daemon.shell(1, 'i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; exit 7');
  const exited = await daemon.report('exited', 1);
  expect(exited).toMatchObject({ code: 7, signal: 0, core: false });
  expect(exited.usage.user + exited.usage.system).toBeGreaterThan(0);
  expect(exited.usage.maxRss).toBeGreaterThan(100);
  expect(daemon.typesOf(1)).toEqual(['spawned', 'execed', 'exited']);
  expect((await daemon.report('spawned', 1)).pid).toBe(exited.pid);
});

test('signals go to a process or to its group', async () => {
  const { daemon, init, out } = await started();
  daemon.shell(1, `sleep 1000 & echo $! > ${out}; wait`);
  const pid = Number(await eventually(() => textOf(out).trim()));
  daemon.send({ type: 'signal', id: 2, process: 1, signal: 15, group: true });
  expect(await daemon.report('signalled')).toMatchObject({ command: 2, process: 1, signal: 15, errno: 0 });
  expect(await daemon.report('exited', 1)).toMatchObject({ signal: 15, code: 0 });
  // the child in its group has become the supervisor's, and has been reaped
  await eventually(() => !processExists(pid));

  daemon.spawn(3, { argv: ['sleep', '1000'] });
  await daemon.report('execed', 3);
  daemon.send(
    { type: 'signal', id: 4, process: 3, signal: 9, group: false },
    { type: 'signal', id: 5, process: 1, signal: 15, group: true },
    { type: 'signal', id: 6, process: 3, signal: 4711, group: true },
  );
  expect(await daemon.report('exited', 3)).toMatchObject({ signal: 9 });
  const answers = await eventually(() => {
    const all = daemon.reports.filter((report) => report.type === 'signalled').slice(1);
    return all.length === 3 && all;
  });
  expect(answers.map(({ command, errno }) => [command, errno])).toEqual([
    [4, 0],
    [5, ESRCH],
    [6, EINVAL],
  ]);
  expect(init.child.exitCode).toBeNull();
});

test('a signal for the group of a process that is not a leader yet does not reach the supervisor', async () => {
  const { daemon, init } = await started();
  for (let id = 1; id < 100; id += 2) {
    daemon.spawn(id, { argv: ['sleep', '1000'] });
    daemon.send({ type: 'signal', id: id + 1, process: id, signal: 15, group: true });
  }
  for (let id = 1; id < 100; id += 2) expect((await daemon.report('exited', id)).signal).toBe(15);
  expect(daemon.reports.filter((report) => report.type === 'signal')).toEqual([]);
  expect(init.child.exitCode).toBeNull();
});

test('stops and continuations', async () => {
  const { daemon } = await started();
  daemon.shell(1, 'kill -STOP $$; exec sleep 1000');
  expect(await daemon.report('stopped', 1)).toMatchObject({ signal: 19 });
  daemon.send({ type: 'signal', id: 2, process: 1, signal: 18, group: false });
  await daemon.report('continued', 1);
  daemon.send({ type: 'signal', id: 3, process: 1, signal: 9, group: false });
  await daemon.report('exited', 1);
  const types = daemon.typesOf(1).filter((type) => type !== 'signalled');
  expect(types).toEqual(['spawned', 'execed', 'stopped', 'continued', 'exited']);
});

test('debug stops the process before exec, which counts as executed', async () => {
  const { daemon } = await started();
  daemon.spawn(1, { debugStop: true, argv: ['/no/such/program'] });
  const { pid, signal } = await daemon.report('stopped', 1);
  expect(signal).toBe(19);
  // only the standard descriptors are open while the test looks at it
  expect(readdirSync(`/proc/${pid}/fd`).sort()).toEqual(['0', '1', '2']);
  daemon.send({ type: 'signal', id: 2, process: 1, signal: 18, group: false });
  expect((await daemon.report('exited', 1)).code).toBe(255);
  expect(daemon.typesOf(1)[1]).toBe('execed');
});

test('a script is read from descriptor 9, which it does not keep', async () => {
  const { daemon, out } = await started();
  daemon.spawn(1, { argv: SCRIPT, script: `ls -l /proc/$$/fd | grep -c ' 9 ->' > ${out} || true\nexit 4\n` });
  expect((await daemon.report('exited', 1)).code).toBe(4);
  expect(textOf(out).trim()).toBe('0');
});

test('the text is there in any way that descriptor 9 is read, for whoever reads it', async () => {
  const { daemon, out } = await started();
  const users: Partial<SpawnSpec>[] = [{}, { user: 'nobody' }, { group: 'daemon' }, { user: 'nobody', chroot: '/' }];
  const cases = process.getuid!() === 0 ? users : [{}];
  for (const [i, spec] of cases.entries()) {
    writeFileSync(`${out}${i}`, '');
    chmodSync(`${out}${i}`, 0o666);
    const argv = ['/bin/sh', '-e', '-c', `cat <&9 >>${out}${i}; cat /dev/fd/9 /proc/self/fd/9 >>${out}${i}`];
    daemon.spawn(i + 1, { argv, script: 'text\n', ...spec });
    expect((await daemon.report('exited', i + 1)).code).toBe(0);
    expect(textOf(`${out}${i}`)).toBe('exec 9<&-\ntext\n'.repeat(3));
  }
});

test('a script may be larger than a pipe, and may be left half read', async () => {
  const { daemon, out } = await started();
  const comment = `# ${'x'.repeat(100)}\n`.repeat(3000);
  daemon.spawn(1, { argv: SCRIPT, script: `${comment}echo done > ${out}\n` });
  daemon.spawn(2, { argv: SCRIPT, script: `sleep 0.1\nexit 5\n${comment}` });
  daemon.spawn(3, { argv: ['sleep', '0.1'], script: comment });
  expect(await daemon.report('exited', 1)).toMatchObject({ code: 0, signal: 0 });
  expect(await daemon.report('exited', 2)).toMatchObject({ code: 5, signal: 0 });
  expect(await daemon.report('exited', 3)).toMatchObject({ code: 0, signal: 0 });
  expect(textOf(out)).toBe('done\n');
});

test('a process has exactly its environment, a session of its own, the null device and nothing else', async () => {
  const { daemon, init } = await started();
  daemon.spawn(1, { argv: ['sleep', '1000'], env: ['PATH=/usr/bin:/bin', 'A=1', 'B=x y'] });
  daemon.spawn(2, { argv: ['sleep', '1000'], console: 'log', logPath: join(init.folder, 'log') });
  for (const id of [1, 2]) {
    const { pid } = await daemon.report('spawned', id);
    await daemon.report('execed', id);
    // while it starts, the program opens its libraries
    await eventually(() => /^State:\tS/m.test(textOf(`/proc/${pid}/status`)));
    expect(readdirSync(`/proc/${pid}/fd`).sort()).toEqual(['0', '1', '2']);
    expect(readlinkSync(`/proc/${pid}/fd/0`)).toBe('/dev/null');
    expect(readlinkSync(`/proc/${pid}/fd/1`)).toMatch(id === 1 ? /^\/dev\/null$/ : /^\/dev\/pts\//);
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    expect(stat.slice(2, 5).map(Number)).toEqual([pid, pid, 0]);
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    expect(status).toMatch(/^SigBlk:\t0+$/m);
    expect(status).toMatch(/^SigIgn:\t0+$/m);
  }
  const { pid } = await daemon.report('spawned', 1);
  expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).toBe('PATH=/usr/bin:/bin\0A=1\0B=x y\0');
});

test('the program is looked for on the PATH of the job', async () => {
  const { daemon, init } = await started();
  mkdirSync(join(init.folder, 'bin'));
  writeFileSync(join(init.folder, 'bin/only-here'), '#!/bin/sh\nexit 6\n', { mode: 0o755 });
  daemon.spawn(1, { argv: ['only-here'], env: [`PATH=${init.folder}/bin`] });
  daemon.spawn(2, { argv: ['only-here'] });
  expect((await daemon.report('exited', 1)).code).toBe(6);
  expect(await daemon.report('spawn-failed', 2)).toMatchObject({ step: 'exec', errno: ENOENT });
});

test('what is set up before exec', async () => {
  const { daemon, init, out } = await started();
  daemon.shell(1, `(umask; ulimit -Sn; ulimit -Hn; ulimit -c; cat /proc/self/oom_score_adj; nice; pwd) > ${out}`, {
    umask: 0o27,
    nice: 7,
    oomScore: 250,
    chdir: init.folder,
    limits: [
      { resource: 'nofile', soft: '321', hard: '654' },
      { resource: 'core', soft: '0', hard: null },
    ],
  });
  await daemon.report('exited', 1);
  expect(textOf(out).split('\n')).toEqual(['0027', '321', '654', '0', '250', '7', init.folder, '']);
});

test('a process without limits of its own has those that init was started with', async () => {
  const { daemon, out } = await started();
  daemon.shell(1, `ulimit -Sn > ${out}`);
  await daemon.report('exited', 1);
  expect(textOf(out).trim()).toBe(/Max open files +(\d+)/.exec(readFileSync('/proc/self/limits', 'latin1'))![1]);
});

test.runIf(process.getuid!() === 0)('user and group: none of the groups of root is left', async () => {
  const { daemon, out } = await started();
  const ids = async (id: number, changes: Partial<SpawnSpec>) => {
    writeFileSync(`${out}${id}`, '');
    chmodSync(`${out}${id}`, 0o666);
    daemon.spawn(id, { argv: SCRIPT, script: `id -u > ${out}${id}\nid -G >> ${out}${id}\n`, ...changes });
    expect(await daemon.report('exited', id)).toMatchObject({ code: 0 });
    return textOf(`${out}${id}`).trim().split('\n');
  };
  expect(await ids(1, { user: 'nobody' })).toEqual(['65534', '65534']);
  expect(await ids(2, { user: 'nobody', group: 'daemon' })).toEqual(['65534', '1']);
  const [uid, groups] = await ids(3, { group: 'daemon' });
  expect([uid, groups!.split(' ')[0]]).toEqual(['0', '1']);
});

test.runIf(process.getuid!() === 0)('the consoles', async () => {
  // /dev/console is a plain file here, and not that of this machine
  const bind = 'f=$(mktemp); mount --bind $f /dev/console && rm $f; exec "$@"';
  const { daemon } = await started({ through: ['unshare', '-m', '/bin/sh', '-c', bind, 'sh'] });
  daemon.shell(1, 'echo text; [ "$(cat /dev/console)" = text ]', { console: 'output' });
  daemon.spawn(2, { console: 'owner' });
  expect(await daemon.report('exited', 1)).toMatchObject({ code: 0 });
  expect(await daemon.report('spawn-failed', 2)).toMatchObject({ step: 'console', errno: 25 });
});

test.runIf(process.getuid!() === 0)('without a console its output goes nowhere', async () => {
  const { daemon, init, out } = await started({
    through: [
      'unshare',
      '-m',
      '/bin/sh',
      '-c',
      'mount -t tmpfs tmpfs /dev && mknod -m 666 /dev/null c 1 3; exec "$@"',
      'sh',
    ],
  });
  daemon.shell(1, `f=$(readlink /proc/$$/fd/1); echo $f > ${out}`, { console: 'output' });
  daemon.spawn(2, { console: 'owner' });
  expect(await daemon.report('exited', 1)).toMatchObject({ code: 0 });
  expect(textOf(out)).toBe('/dev/null\n');
  await eventually(() => init.said.includes('init: Failed to open system console: No such file or directory\n'));
  expect(await daemon.report('spawn-failed', 2)).toMatchObject({ step: 'console', errno: ENOENT });
});

test('a burst of 3000 spawns', async () => {
  const { daemon } = await started();
  const count = 3000;
  const commands = Array.from({ length: count }, (_, i) => i + 1);
  for (const id of commands) daemon.spawn(id, {});
  for (const id of commands) await daemon.report('exited', id);
  expect(daemon.reports.filter(({ type }) => type === 'exited')).toHaveLength(count);
  expect(daemon.reports.map(({ seq }) => seq)).toEqual(daemon.reports.map((_, i) => i + 1));
  await eventually(() => daemon.supervisor.pending().length === 0);
});

test.runIf(process.getuid!() === 0)("the terminal of a process is its user's, and so opened once more", async () => {
  const { daemon, out } = await started();
  const again =
    'echo out > /dev/stdout; echo err >> /dev/stderr; stat -L -c %u /dev/stdout; ls -l $(readlink /proc/$$/fd/1) >&2';
  const users: Partial<SpawnSpec>[] = [
    { user: 'nobody', group: 'nogroup' },
    {}, // one that was another user's before is nobody's but root's
    { user: 'nobody', chroot: '/' },
    { group: 'nogroup' },
  ];
  for (const [i, spec] of users.entries()) {
    const logPath = `${out}${i}`;
    daemon.shell(i + 1, again, { console: 'log', logPath, ...spec });
    expect(await daemon.report('exited', i + 1)).toMatchObject({ code: 0 });
    const uid = spec.user ? NOBODY : 0;
    // only its user may read from it, and at most the group of terminals may write to it
    expect(textOf(logPath)).toMatch(new RegExp(`^out\\r\\nerr\\r\\n${uid}\\r\\ncrw--w?-?---- `));
  }
});
