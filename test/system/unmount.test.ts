/**
 * What `reboot --force --clean` does to file systems, in a user namespace: there the mounts of this machine are locked, and its file
 * systems belong to somebody else, so that nothing of them can change.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const REBOOT = fileURLToPath(new URL('../../packages/ctl/reboot', import.meta.url));
const ISOLATED = ['--user', '--map-root-user', '--mount', '--fork', '--pid', '--mount-proc'];
const folder = mkdtempSync(join(tmpdir(), 'unmount-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  writeFileSync(
    join(folder, 'main.c'),
    `#include "${REBOOT}/ending.h"\n#include <unistd.h>\n#include <string.h>\n#include <stdio.h>\n#include <stdlib.h>
int main(void) {
	char name[64] = {0};
	if (readlink("/proc/self/ns/pid", name, sizeof name - 1) > 0)
		setenv("PIDS", name, 1);
	unmount_all();
}\n`,
  );
  const flags = ['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined'];
  for (const [name, more] of [
    ['machine', ['-DMACHINE_PIDS=getenv("PIDS")']],
    ['container', []],
  ] as const)
    execFileSync('cc', [...flags, ...more, '-o', join(folder, name), join(folder, 'main.c'), `${REBOOT}/unmount.c`]);
});

/** Mounts three overlays, one of them inside another, a file of the third one being read, and runs `program`. */
function run(program: string): string[] {
  const script = `
    set -e
    cd ${folder}; mkdir -p low "a b" in busy; : > low/file; mount -t tmpfs none in; mkdir in/up in/work
    mount -t overlay -o lowerdir=low:/etc none "a b"; mkdir -p x; mount -t overlay -o lowerdir=low:/usr none x
    mkdir in/up2 in/work2; mount -t overlay -o lowerdir=low,upperdir=in/up2,workdir=in/work2 none busy
    exec 5< busy/file
    ./${program} 2> said || echo failed
    grep " ${folder}/" /proc/self/mountinfo | cut -d ' ' -f 5,6 | cut -d , -f 1
    exec 5<&-; touch busy/other 2> /dev/null && echo writable
    exit 0`;
  const { stdout, stderr, status } = spawnSync('unshare', [...ISOLATED, 'sh', '-c', script], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ASAN_OPTIONS: 'detect_leaks=0' },
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
