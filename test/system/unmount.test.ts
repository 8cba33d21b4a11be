/**
 * The effect of `reboot --force --clean` on file systems, in a user namespace: there the mounts of this machine are locked, and its file
 * systems belong to another user, so that they cannot change.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mountedPaths } from '../../packages/ctl/src/system/unmount.ts';

const UNMOUNT = fileURLToPath(new URL('../../packages/ctl/src/system/unmount.ts', import.meta.url));
const REBOOT = fileURLToPath(new URL('../../dist/bin/reboot', import.meta.url));
const ISOLATED = ['--user', '--map-root-user', '--mount', '--fork', '--pid', '--mount-proc'];
const folder = mkdtempSync(join(tmpdir(), 'unmount-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `machine` takes the pid namespace that it finds itself in for that of the machine, `container` does not. */
beforeAll(() => {
  for (const [name, machine] of [
    ['machine', "readlinkSync('/proc/self/ns/pid')"],
    ['container', 'undefined'],
  ] as const) {
    const contents = `
      import { spawnSync } from 'node:child_process';
      import { readlinkSync } from 'node:fs';
      import { unmountAll } from ${JSON.stringify(UNMOUNT)};
      unmountAll((paths) => spawnSync('${REBOOT}', ['-U', ...paths], { stdio: 'inherit' }), ${machine});`;
    buildSync({
      stdin: { contents, resolveDir: folder },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: join(folder, `${name}.mjs`),
    });
  }
});

/** Mounts three overlays, one of them inside another, a file of the third one being read, and runs `program`. */
function run(program: string): string[] {
  const script = `
    set -e
    cd ${folder}; mkdir -p low "a b" in busy; : > low/file; mount -t tmpfs none in; mkdir in/up in/work
    mount -t overlay -o lowerdir=low:/etc none "a b"; mkdir -p x; mount -t overlay -o lowerdir=low:/usr none x
    mkdir in/up2 in/work2; mount -t overlay -o lowerdir=low,upperdir=in/up2,workdir=in/work2 none busy
    exec 5< busy/file
    ${process.execPath} ./${program}.mjs 2> said || echo failed
    grep " ${folder}/" /proc/self/mountinfo | cut -d ' ' -f 5,6 | cut -d , -f 1
    exec 5<&-; touch busy/other 2> /dev/null && echo writable
    exit 0`;
  const { stdout, stderr, status } = spawnSync('unshare', [...ISOLATED, 'sh', '-c', script], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim().split('\n');
}

const probe = `mkdir -p ${folder}/p && mount -t overlay -o lowerdir=/etc:/usr none ${folder}/p`;
const usable = spawnSync('unshare', [...ISOLATED, 'sh', '-c', probe]).status === 0;

test.skipIf(!usable)(
  'the machine: what is not in use is unmounted, the rest is read-only (skipped without user namespaces)',
  () => {
    const own = readlinkSync('/proc/self/ns/pid');
    expect(own).toMatch(/^pid:/);
    expect(run('machine').map((line) => line.replace(folder, ''))).toEqual(['/in rw', '/busy ro']);
  },
);

test.skipIf(!usable)('in a container: nothing (skipped without user namespaces)', () => {
  expect(run('container').map((line) => line.replace(folder, ''))).toEqual([
    '/in rw',
    '/a\\040b rw',
    '/x rw',
    '/busy rw',
    'writable',
  ]);
});

test('paths are those of the kernel, of any characters, and without what needs no disk', () => {
  const lines = [
    '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '23 22 0:5 / /dev rw - devtmpfs udev rw',
    '24 22 8:2 /a /mnt/a\\040b\\134c\\011 rw shared:2 master:1 - xfs /dev/sdb rw',
    '25 22 0:6 / /net rw - nfs4 host:/ - x rw',
    '26 22 0:7 / /mnt/é rw - fuse.x  rw',
    '',
  ];
  expect(mountedPaths(lines.join('\n'))).toEqual(['/', '/mnt/a b\\c\t', '/net', '/mnt/é']);
});
