/** The files of an installation as the machine's init, and those that are left after its removal. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

let top = '';
beforeEach(() => {
  top = folder();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'install-'));
  folders.push(made);
  return made;
}

function install(...options: string[]) {
  const command = [join(ROOT, 'scripts/run.mjs'), 'install-system', '--destdir', top, '--prefix', '/usr', ...options];
  return spawnSync(process.execPath, command, { encoding: 'utf8' });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), text);
}
const read = (path: string): string => readFileSync(join(top, path), 'utf8');
/** Everything below a folder but folders, with where links lead. */
function tree(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .map((path) =>
      lstatSync(join(root, path)).isSymbolicLink() ? `${path} -> ${readlinkSync(join(root, path))}` : path,
    )
    .sort();
}

test('a Node that is not there is refused, and one without a place, and a prefix whose folders may be links', () => {
  const { status, stderr } = install('--node', '/opt/node');
  expect(stderr).toContain(`--node /opt/node: there is no ${top}/opt/node`);
  expect(status).toBe(1);
  expect(install('--node', 'node').stderr).toContain('--node must be an absolute path, not node');
  expect(install('--prefix', '/').stderr).toContain('--prefix / is not possible: use /usr');
  expect(readdirSync(top)).toEqual([]);
});

describe('as init', () => {
  test('the jobs, folders, what init scripts and logrotate need, and the Node that was named', () => {
    write('opt/node', '');
    expect(install('--as-init', '--node', '/opt/node').status).toBe(0);
    expect(readlinkSync(join(top, 'usr/lib/upstart/node'))).toBe('/opt/node');
    expect(readdirSync(join(top, 'etc/init'))).toEqual(expect.arrayContaining(['rc-sysinit.conf', 'end-machine.conf']));
    for (const name of ['var/log/upstart', 'usr/share/upstart/sessions'])
      expect(readdirSync(join(top, name))).toEqual([]);
    for (const name of [
      'usr/share/bash-completion/completions/start',
      'usr/share/fish/vendor_completions.d/initctl.fish',
      'usr/share/zsh/vendor-completions/_upstart',
      'usr/lib/init/upstart-job',
      'usr/lib/lsb/init-functions.d/50-upstart',
      'etc/logrotate.d/upstart',
      'etc/dbus-1/system.d/Upstart.conf',
      ...['init', 'upstart', 'telinit', 'poweroff', 'invoke-rc.d'].map((program) => `usr/sbin/${program}`),
    ])
      expect(existsSync(join(top, name)), name).toBe(true);
    expect(readlinkSync(join(top, 'usr/sbin/init'))).toBe('upstart');
    expect(readlinkSync(join(top, 'usr/bin/initctl'))).toBe('../sbin/initctl');
  });

  test('unpacked over a system whose /lib, /sbin and /bin are links it leaves them links', () => {
    expect(install('--as-init').status).toBe(0);
    expect(readdirSync(top).sort()).toEqual(['etc', 'usr', 'var']);
    const machine = folder();
    for (const name of ['bin', 'lib', 'sbin']) {
      mkdirSync(join(machine, 'usr', name), { recursive: true });
      symlinkSync(`usr/${name}`, join(machine, name));
    }
    writeFileSync(join(machine, 'usr/lib/ld-linux'), '');
    execFileSync('sh', ['-c', 'tar -C "$0" -c . | tar -C "$1" -x', top, machine]);
    for (const name of ['bin', 'lib', 'sbin']) expect(readlinkSync(join(machine, name))).toBe(`usr/${name}`);
    expect(existsSync(join(machine, 'lib/ld-linux'))).toBe(true);
    for (const name of ['sbin/init', 'lib/init/upstart-job', 'bin/upstart'])
      expect(existsSync(join(machine, name)), name).toBe(true);
    // Nothing leads out of where it lies but the link to Node.
    const outside = tree(top).filter((line) => / -> \//.test(line));
    expect(outside).toEqual([expect.stringContaining('/usr/lib/upstart/node -> /')]);
  });

  test('where /lib and /sbin are folders of their own, they get links', () => {
    write('lib/x', '');
    write('sbin/x', '');
    expect(install('--as-init').status).toBe(0);
    expect(readlinkSync(join(top, 'sbin/init'))).toBe('../usr/sbin/init');
    expect(readlinkSync(join(top, 'lib/init/upstart-job'))).toBe('../../usr/lib/init/upstart-job');
    expect(readlinkSync(join(top, 'lib/lsb/init-functions.d/50-upstart'))).toBe(
      '../../../usr/lib/lsb/init-functions.d/50-upstart',
    );
    expect(install('--uninstall').status).toBe(0);
    expect(tree(top)).toEqual(['/lib/x', '/sbin/x']);
  });
});

describe('removed again', () => {
  test('everything is as it was; what somebody has changed stays', () => {
    write('usr/sbin/service', 'theirs');
    write('etc/init/own.conf', 'own');
    expect(install('--as-init').stderr).toContain('--force replaces them, and keeps them under another name');
    expect(tree(top)).toEqual(['/etc/init/own.conf', '/usr/sbin/service']);
    expect(install('--as-init', '--force').status).toBe(0);
    expect([read('usr/sbin/service.distrib'), read('usr/sbin/service') === 'theirs']).toEqual(['theirs', false]);
    write('etc/init/tty1.conf', 'changed');
    // An upgrade: a file of ours is no stranger, and a change stays.
    expect(install('--as-init')).toMatchObject({ status: 0, stdout: expect.stringContaining('etc/init/tty1.conf') });
    expect(read('etc/init/tty1.conf')).toBe('changed');
    expect(install('--uninstall').stdout).toContain(`left as it is: ${top}/etc/init/tty1.conf`);
    expect(tree(top)).toEqual(['/etc/init/own.conf', '/etc/init/tty1.conf', '/usr/sbin/service']);
    expect(read('usr/sbin/service')).toBe('theirs');
    expect(existsSync(join(top, 'var/log/upstart'))).toBe(false);
    const again = install('--uninstall');
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('Nothing is installed from here')]);
  });

  test('a conf file that nobody has changed is replaced by the next version, and what that one has not is removed', () => {
    expect(install('--as-init').status).toBe(0);
    const manifest = read('usr/lib/upstart/installed-files');
    const [, sum = ''] = /^\/etc\/init\/rcS\.conf (\S+)$/m.exec(manifest) ?? [];
    write('etc/init/rc.conf', read('etc/init/rcS.conf'));
    write('usr/sbin/gone', '');
    write(
      'usr/lib/upstart/installed-files',
      `${manifest.replace(/^(\/etc\/init\/rc\.conf) .*$/m, `$1 ${sum}`)}/usr/sbin/gone\n`,
    );
    expect(install('--as-init').status).toBe(0);
    expect(read('etc/init/rc.conf')).toContain('run the init scripts of a runlevel');
    expect(existsSync(join(top, 'usr/sbin/gone'))).toBe(false);
  });
});

const hasDpkg = spawnSync('dpkg-divert', ['--version']).status === 0;

test.skipIf(!hasDpkg || process.getuid?.() !== 0)(
  'where there is dpkg, the files of packages are diverted, so that an upgrade does not take them back (skipped without dpkg or root)',
  () => {
    write('var/lib/dpkg/status', '');
    for (const name of ['info', 'updates', 'triggers']) mkdirSync(join(top, 'var/lib/dpkg', name));
    write('usr/sbin/service', 'theirs');
    symlinkSync('usr/sbin', join(top, 'sbin'));
    const listed = () => spawnSync('dpkg-divert', ['--root', top, '--list'], { encoding: 'utf8' }).stdout;
    expect(install('--as-init', '--force')).toMatchObject({ status: 0, stderr: '' });
    for (const name of ['/usr/sbin/service', '/sbin/service', '/sbin/init', '/usr/sbin/invoke-rc.d'])
      expect(listed()).toContain(`local diversion of ${name} to ${name}.distrib\n`);
    expect(read('usr/sbin/service.distrib')).toBe('theirs');
    expect(install('--as-init', '--force')).toMatchObject({ status: 0, stderr: '' });
    expect(read('usr/sbin/service.distrib')).toBe('theirs');
    expect(install('--uninstall')).toMatchObject({ status: 0, stderr: '' });
    expect([listed(), read('usr/sbin/service')]).toEqual(['', 'theirs']);
    // Beside them nothing is in their way.
    expect(install('--as-init', '--prefix', '/usr/local').status).toBe(0);
    expect([listed(), read('usr/sbin/service')]).toEqual(['', 'theirs']);
    expect(install('--uninstall', '--prefix', '/usr/local').status).toBe(0);
  },
);
