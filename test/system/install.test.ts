/** What is installed when this init is to be the machine's. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const top = mkdtempSync(join(tmpdir(), 'install-'));
afterAll(() => rmSync(top, { recursive: true }));

function install(...options: string[]) {
  const command = [join(ROOT, 'scripts/run.mjs'), 'install-system', '--destdir', top, '--prefix', '/usr', ...options];
  return spawnSync(process.execPath, command, { encoding: 'utf8' });
}

test('a Node that is not there is refused, and one without a place', () => {
  const { status, stderr } = install('--node', '/opt/node');
  expect(stderr).toContain(`--node /opt/node: there is no ${top}/opt/node`);
  expect(status).toBe(1);
  expect(install('--node', 'node').stderr).toContain('--node must be an absolute path, not node');
  expect(readdirSync(top)).toEqual([]);
});

test('as init: the jobs, a folder for logs, and the Node that was named', () => {
  mkdirSync(join(top, 'opt'));
  writeFileSync(join(top, 'opt/node'), '');
  expect(install('--as-init', '--node', '/opt/node').status).toBe(0);
  expect(readlinkSync(join(top, 'usr/lib/upstart/node'))).toBe('/opt/node');
  expect(readdirSync(join(top, 'etc/init'))).toContain('rc-sysinit.conf');
  expect(readdirSync(join(top, 'var/log/upstart'))).toEqual([]);
  const completions = [
    'bash-completion/completions/start',
    'fish/vendor_completions.d/initctl.fish',
    'zsh/site-functions/_upstart',
  ];
  for (const name of completions) expect(existsSync(join(top, 'usr/share', name)), name).toBe(true);
  for (const name of ['init', 'telinit', 'poweroff']) expect(existsSync(join(top, 'usr/sbin', name))).toBe(true);
});
