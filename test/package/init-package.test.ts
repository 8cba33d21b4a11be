/** upstart-init for Debian: what is in it, and what its scripts do in the root of another system. `test/boot` boots with it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { VERSION } from '../../scripts/version.mjs';
import { missingPrograms } from '../programs.ts';
import { DATE_S, folder, listed, pack, sums, TOP } from './packing.ts';

/** Files of a package that stays: without them the folders would be those of ours alone. */
const KEPT = ['etc/base', 'usr/sbin/base', 'usr/share/man/base', 'var/log/base'];
const output = join(TOP, 'packages');
let made = '';

describe.skipIf(missingPrograms(['dpkg-deb']).length > 0)('upstart-init (skipped without dpkg-deb)', () => {
  beforeAll(() => {
    expect(pack('022', ['--output', output, 'init-deb'])).toMatchObject({ status: 0, stderr: '' });
    made = join(output, readdirSync(output)[0] as string);
  });

  test('the same bytes when it is made again', () => {
    const again = join(TOP, 'again');
    expect(pack('077', ['--output', again, 'init-deb'], { TZ: 'Asia/Tokyo', LC_ALL: 'C' }).status).toBe(0);
    expect(sums(again)).toEqual(sums(output));
  });

  test('the fields, the scripts, and the files that an administrator may change', () => {
    const field = (name: string) => execFileSync('dpkg-deb', ['-f', made, name], { encoding: 'utf8' }).trim();
    expect(['Package', 'Version', 'Pre-Depends', 'Provides', 'Replaces'].map(field)).toEqual([
      ...[
        'upstart-init',
        VERSION,
        'nodejs (>= 20) | upstart-node (>= 20)',
        `upstart-session (= ${VERSION})`,
        'upstart-session',
      ],
    ]);
    // The other init stays.
    expect(field('Conflicts')).not.toMatch(/sysvinit|systemd|runit/);
    const control = join(TOP, 'control');
    execFileSync('dpkg-deb', ['-e', made, control]);
    const scripts = ['postinst', 'postrm', 'preinst'];
    expect(readdirSync(control).sort()).toEqual(['conffiles', 'control', 'md5sums', ...scripts]);
    for (const script of scripts) expect(spawnSync('sh', ['-n', join(control, script)]).status).toBe(0);
    const conffiles = readFileSync(join(control, 'conffiles'), 'utf8').trim().split('\n');
    const rows = listed(execFileSync('dpkg-deb', ['--fsys-tarfile', made], { maxBuffer: 2 ** 30 }));
    const inEtc = rows.map(({ path }) => path.slice(1)).filter((path) => /^\/etc\/.*[^/]$/.test(path));
    expect(conffiles.sort()).toEqual(inEtc.sort());
    expect(conffiles).toContain('/etc/init/rc.conf');
    expect(new Set(rows.map(({ dateS }) => dateS))).toEqual(new Set([DATE_S]));
    expect(new Set(rows.map(({ owner }) => owner))).toEqual(new Set(['0/0']));
  });

  test.skipIf(missingPrograms(['lintian']).length > 0)('lintian finds no error (skipped without lintian)', () => {
    const { stdout } = spawnSync('lintian', ['--allow-root', '--fail-on', 'none', made], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  describe.skipIf(missingPrograms(['dpkg']).length > 0 || process.getuid?.() !== 0)(
    'in the root of another system (skipped without dpkg or root)',
    () => {
      let root = '';
      beforeEach(() => {
        root = folder(`root-${Math.random()}`);
        for (const name of ['info', 'updates', 'triggers'])
          mkdirSync(join(root, 'var/lib/dpkg', name), { recursive: true });
        writeFileSync(join(root, 'var/lib/dpkg/status'), '');
        mkdirSync(join(root, 'usr/sbin'), { recursive: true });
        symlinkSync('usr/sbin', join(root, 'sbin'));
        expect(dpkg('--install', base()).status).toBe(0);
      });

      const dpkg = (...words: string[]) =>
        spawnSync('dpkg', ['--root', root, '--log=/dev/null', '--force-script-chrootless', ...words], {
          encoding: 'utf8',
          env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        });
      const read = (path: string): string => readFileSync(join(root, path), 'utf8');
      /** Everything that is neither a folder that base has, nor dpkg's own; /sbin is a link. */
      const left = (): string[] =>
        readdirSync(root, { recursive: true, encoding: 'utf8' })
          .filter(
            (path) => !/^(?:var\/lib|sbin(?:\/|$))/.test(path) && !KEPT.some((kept) => kept.startsWith(`${path}/`)),
          )
          .sort();
      const diversions = (): string =>
        spawnSync('dpkg-divert', ['--root', root, '--list', '*'], { encoding: 'utf8' }).stdout;

      /** A package that is what others depend on. */
      function base(): string {
        const tree = folder('base/DEBIAN');
        for (const name of KEPT) {
          mkdirSync(dirname(join(tree, '..', name)), { recursive: true });
          writeFileSync(join(tree, '..', name), '');
        }
        const provided = 'nodejs (= 20), initscripts, mount, sysv-rc';
        const control = `Package: base\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nProvides: ${provided}\nDescription: x\n`;
        writeFileSync(join(tree, 'control'), control);
        execFileSync('dpkg-deb', ['--build', dirname(tree), join(TOP, 'base.deb')], { stdio: 'ignore' });
        return join(TOP, 'base.deb');
      }

      /** A package of an init, whose files have `text` in them. */
      function otherInit(version: string): string {
        const tree = folder(`other-${version}`);
        const put = (path: string, text: string): void => {
          mkdirSync(dirname(join(tree, path)), { recursive: true });
          writeFileSync(join(tree, path), text);
        };
        put('sbin/init', `init of ${version}`);
        put('usr/sbin/service', `service of ${version}`);
        put('usr/share/man/man8/init.8.gz', `manual of ${version}`);
        symlinkSync('init', join(tree, 'sbin/telinit'));
        put(
          'DEBIAN/control',
          `Package: other-init\nVersion: ${version}\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n`,
        );
        const file = join(TOP, `other_${version}.deb`);
        execFileSync('dpkg-deb', ['--build', tree, file], { stdio: 'ignore' });
        return file;
      }

      test('takes the place of the other init, lets its upgrades pass by, and gives the place back', () => {
        expect(dpkg('--install', otherInit('1')).status).toBe(0);
        expect(dpkg('--install', made)).toMatchObject({ status: 0, stderr: '' });
        expect(readlinkSync(join(root, 'sbin/init'))).toBe('upstart');
        expect(read('sbin/init.distrib')).toBe('init of 1');
        expect(readlinkSync(join(root, 'sbin/telinit.distrib'))).toBe('init');
        expect(dpkg('--install', made)).toMatchObject({ status: 0, stderr: '' });
        expect(dpkg('--install', otherInit('2')).status).toBe(0);
        expect([readlinkSync(join(root, 'sbin/init')), read('sbin/init.distrib')]).toEqual(['upstart', 'init of 2']);
        expect(dpkg('--verify').stdout).toBe('');
        writeFileSync(join(root, 'var/log/upstart/job.log'), 'text');
        expect(dpkg('--remove', 'upstart-init').status).toBe(0);
        expect(read('sbin/init')).toBe('init of 2');
        expect(read('usr/sbin/service')).toBe('service of 2');
        expect(read('usr/share/man/man8/init.8.gz')).toBe('manual of 2');
        expect(readlinkSync(join(root, 'sbin/telinit'))).toBe('init');
        expect([dpkg('--verify').stdout, diversions()]).toEqual(['', '']);
        expect(existsSync(join(root, 'etc/init/rc.conf'))).toBe(true);
        expect(readdirSync(join(root, 'var/log/upstart')).filter((name) => !name.endsWith('.idx'))).toEqual([
          'job.log',
        ]);
        expect(dpkg('--purge', 'upstart-init', 'other-init').status).toBe(0);
        expect(left()).toEqual(KEPT);
      });

      test('without another init there is nothing to give back', () => {
        expect(dpkg('--install', made)).toMatchObject({ status: 0, stderr: '' });
        expect(existsSync(join(root, 'sbin/init.distrib'))).toBe(false);
        expect(dpkg('--purge', 'upstart-init')).toMatchObject({ status: 0, stderr: '' });
        expect([left(), diversions()]).toEqual([KEPT, '']);
      });

      test('is not installed over an installation from the sources', () => {
        mkdirSync(join(root, 'usr/lib/upstart'), { recursive: true });
        writeFileSync(join(root, 'usr/lib/upstart/installed-files'), '');
        const { status, stderr } = dpkg('--install', made);
        expect([status, stderr]).toEqual([1, expect.stringContaining('npm run uninstall-system')]);
        expect(diversions()).toBe('');
      });
    },
  );
});
