/** Spawns that fail: which step is reported, and that the next one works. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SPAWN_AWAITED, type SpawnSpec, type SpawnStep } from './process-messages.ts';
import { compileInit } from './testing/compile.ts';
import { Init, SPEC } from './testing/init.ts';

const program = compileInit();
const NOBODY = 65534;
/** Options that make a process an ordinary user's. */
const NOT_ROOT = process.getuid!() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
const [ENOENT, EPERM, E2BIG, EACCES, EINVAL] = [2, 1, 7, 13, 22];

async function started(options?: Parameters<typeof Init.start>[1]) {
  const init = Init.start(program, options);
  const daemon = await init.daemon();
  return { init, daemon, out: join(init.folder, 'out') };
}

const AS_ROOT: [step: SpawnStep, errno: number, spec: Partial<SpawnSpec>, detail?: string][] = [
  ['exec', ENOENT, { argv: ['/no/such/program'] }],
  ['exec', EACCES, { argv: ['/etc/passwd'] }],
  ['exec', EINVAL, { argv: ['true', 'with\0nul'] }],
  ['exec', EINVAL, { argv: [] }],
  ['exec', EINVAL, { nice: 99 }],
  ['exec', E2BIG, { script: 'x'.repeat(3_000_000) }],
  ['exec', E2BIG, { env: ['A='.padEnd(1_000_000, 'x')] }],
  ['chdir', ENOENT, { chdir: '/no/such/folder' }],
  ['chroot', ENOENT, { chroot: '/no/such/folder' }],
  ['setuid-lookup', 0, { user: 'no-such-user' }],
  ['setgid-lookup', 0, { group: 'no-such-group' }],
  ['limit', EINVAL, { limits: [{ resource: 'core', soft: '2', hard: '1' }] }, 'core'],
  ['limit', EINVAL, { limits: [{ resource: 'nonsense', soft: '1', hard: '1' }] }, '-1'],
  ['apparmor', EINVAL, { apparmorProfile: 'no-such-profile' }],
];

test.runIf(process.getuid!() === 0)('steps that fail as root', async () => {
  const { daemon } = await started();
  for (const [i, [, , spec]] of AS_ROOT.entries()) {
    daemon.spawn(i + 1, spec);
  }
  for (const [i, [step, errno, , detail]] of AS_ROOT.entries()) {
    const failed = await daemon.report('spawn-failed', i + 1);
    expect(failed).toMatchObject({ step, detail: detail ?? '', ...(step === 'apparmor' ? {} : { errno }) });
  }
  daemon.spawn(100, {});
  await daemon.report('exited', 100);
  // no `exited` follows a failure, and each is the last word on its process
  for (const i of AS_ROOT.keys()) expect(daemon.typesOf(i + 1).at(-1)).toBe('spawn-failed');
});

test.runIf(process.getuid!() === 0)('steps that fail for an ordinary user', async () => {
  const { daemon } = await started({ uid: NOBODY });
  const cases: [SpawnStep, number, Partial<SpawnSpec>][] = [
    ['nice', EACCES, { nice: -5 }],
    ['oom', EACCES, { oomScore: -500 }],
    ['chroot', EPERM, { chroot: '/' }],
    ['limit', EPERM, { limits: [{ resource: 'nofile', soft: '1', hard: null }] }],
    ['setgid', EPERM, { user: 'daemon' }],
    ['chown', EPERM, { user: 'root', script: 'true\n' }],
    ['chdir', EACCES, { chdir: '/root' }],
  ];
  for (const [i, [, , spec]] of cases.entries()) daemon.spawn(i + 1, spec);
  for (const [i, [step, errno]] of cases.entries()) {
    expect(await daemon.report('spawn-failed', i + 1)).toMatchObject({ step, errno });
  }
  daemon.shell(50, 'exit 9');
  expect((await daemon.report('exited', 50)).code).toBe(9);
});

test.runIf(process.getuid!() === 0)('user and group are looked up inside the chroot', async () => {
  const { daemon, init } = await started();
  const root = join(init.folder, 'root');
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'inside:x:1234:1235::/:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'within:x:1236:\n');
  const cases: [SpawnStep, Partial<SpawnSpec>][] = [
    ['exec', { chroot: root, chdir: '/', user: 'inside', group: 'within' }],
    ['setuid-lookup', { chroot: root, chdir: '/', user: 'nobody' }],
    ['setgid-lookup', { chroot: root, chdir: '/', group: 'daemon' }],
    // a bare chroot needs no user database
    ['exec', { chroot: init.folder, chdir: '/root' }],
    // earlier steps fail first
    ['chroot', { chroot: '/no/such/folder', user: 'nobody' }],
    ['chdir', { chroot: root, chdir: '/no/such/folder', user: 'nobody' }],
  ];
  for (const [i, [step, spec]] of cases.entries()) {
    daemon.spawn(i + 1, spec);
    expect(await daemon.report('spawn-failed', i + 1)).toMatchObject({ step });
  }
});

test.runIf(process.getuid!() === 0)('nothing is started while whom it runs as is asked for', async () => {
  const { daemon, init } = await started();
  daemon.supervisor.send([{ type: 'spawn', id: 1, spec: { ...SPEC, chroot: init.folder } }]);
  daemon.spawn(2, {});
  expect(await daemon.report('spawn-failed', 1)).toMatchObject({ step: 'exec', errno: SPAWN_AWAITED });
  expect(await daemon.report('exited', 2)).toMatchObject({ code: 0 });
  expect(daemon.typesOf(1)).toEqual(['spawn-failed']);
});

test('without memory, descriptors or processes to be had, one spawn fails and the next does not', async () => {
  const { daemon, init } = await started(NOT_ROOT);
  const limit = (...words: string[]) => execFileSync('prlimit', [`--pid=${init.pid}`, ...words], NOT_ROOT);
  const script = `${'#'.repeat(1_500_000)}\n`;
  const shortages: [resource: string, shortage: number, errno: number, spec: Partial<SpawnSpec>][] = [
    ['fsize', 1_000_000, 12, { script }],
    ['nofile', 6, 24, { script }],
    ['nproc', 1, 11, { script }],
  ];
  let id = 0;
  for (const [resource, shortage, errno, spec] of shortages) {
    const most = String(limit(`--${resource}`, '--output=HARD', '--noheadings', '--raw')).trim();
    limit(`--${resource}=${shortage}:`);
    daemon.spawn(++id, spec);
    expect(await daemon.report('spawn-failed', id)).toMatchObject({ step: 'fork', errno });
    limit(`--${resource}=${most}:`);
    daemon.spawn(++id, {});
    expect((await daemon.report('exited', id)).code).toBe(0);
  }
});
