/** The packages of `npm run package`: their contents, the same bytes each time, and that they work where they are unpacked or installed. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../../scripts/version.mjs';
import { eventually } from '../eventually.ts';
import { missingPrograms } from '../programs.ts';
import { DATE_S, folder, listed, pack, sums, TOP } from './packing.ts';

const packages = join(TOP, 'packages');
const found = (pattern: RegExp): string =>
  join(packages, readdirSync(packages).find((name) => pattern.test(name)) as string);

test('what cannot be made is refused before anything is built', () => {
  expect(pack('022', ['rpm']).stderr).toContain(
    'Unknown package: rpm\nusage: npm run package -- [--output DIR] [--arch amd64|arm64] [deb|init-deb|node-deb|npm|image|sbom|tarball|node-tarball]...',
  );
  expect(pack('022', ['--arch', 'pdp11']).stderr).toContain('Unknown machine: pdp11\nusage: npm run package');
  expect(pack('022', ['--to', 'x']).stderr).toContain('usage: npm run package');
  expect(pack('022', [], { SOURCE_DATE_EPOCH: 'today' }).stderr).toContain('SOURCE_DATE_EPOCH is not a number');
  const path = folder('path-without-dpkg');
  symlinkSync(execFileSync('sh', ['-c', 'command -v strip'], { encoding: 'utf8' }).trim(), join(path, 'strip'));
  const { status, stderr } = pack('022', [], { PATH: path });
  expect(stderr).toContain('There is no `dpkg-deb`');
  expect(status).toBe(1);
});

describe('the tarball for images', () => {
  beforeAll(() => {
    expect(pack('022', ['--output', packages, 'tarball'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('has /usr alone, owned by root, of one date, and the same bytes when it is made again', () => {
    const made = found(/^upstart-.*\.tar\.gz$/);
    expect(made).toContain(`/upstart-${VERSION}-linux-`);
    const rows = listed(execFileSync('gzip', ['-dc', made], { maxBuffer: 2 ** 30 }));
    const paths = rows.map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith('usr/'))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining([
        'usr/sbin/upstart',
        'usr/sbin/init -> upstart',
        'usr/bin/initctl -> ../sbin/initctl',
        'usr/lib/upstart/node -> ../../bin/node',
        'usr/lib/upstart/THIRD-PARTY-LICENCES',
      ]),
    );
    // What is for the Node of the build is of no use to another one.
    expect(paths.filter((path) => /snapshot|daemon\.cjs|compiled|whole/.test(path))).toEqual([]);
    expect(new Set(rows.map(({ owner }) => owner))).toEqual(new Set(['0/0']));
    expect(new Set(rows.map(({ dateS }) => dateS))).toEqual(new Set([DATE_S]));
    expect(new Set(rows.map(({ mode }) => mode))).toEqual(
      new Set(['drwxr-xr-x', '-rwxr-xr-x', '-rw-r--r--', 'lrwxrwxrwx']),
    );
    const again = join(TOP, 'tarball-again');
    expect(pack('077', ['--output', again, 'tarball'], { TZ: 'Asia/Tokyo', LC_ALL: 'C' }).status).toBe(0);
    expect(sums(again)).toEqual(sums(packages).filter(([name]) => name?.endsWith('.tar.gz')));
  });
});

describe.skipIf(missingPrograms(['dpkg-deb']).length > 0)(
  'upstart-session for Debian (skipped without dpkg-deb)',
  () => {
    const tree = join(TOP, 'tree');
    let made = '';
    beforeAll(() => {
      expect(pack('022', ['--output', packages, 'deb'])).toMatchObject({ status: 0, stderr: '' });
      made = found(/^upstart-session_.*\.deb$/);
      execFileSync('dpkg-deb', ['-x', made, tree]);
      // In place of the package nodejs.
      symlinkSync(process.execPath, join(tree, 'usr/bin/node'));
    });

    test('the same bytes when it is made again', () => {
      const again = join(TOP, 'deb-again');
      expect(pack('077', ['--output', again, 'deb'], { TZ: 'Asia/Tokyo', LC_ALL: 'C' }).status).toBe(0);
      expect(sums(again)).toEqual(sums(packages).filter(([name]) => name?.endsWith('.deb')));
    });

    test('the fields, and checksums that are right', () => {
      const field = (name: string) => execFileSync('dpkg-deb', ['-f', made, name], { encoding: 'utf8' }).trim();
      expect(['Package', 'Version', 'Depends', 'Section', 'Priority'].map(field)).toEqual([
        'upstart-session',
        VERSION,
        'nodejs (>= 20) | upstart-node (>= 20)',
        'admin',
        'optional',
      ]);
      expect(Number(field('Installed-Size'))).toBeGreaterThan(1000);
      expect(field('Description')).toMatch(/^event-based init for sessions and containers\n /);
      const control = join(TOP, 'control');
      execFileSync('dpkg-deb', ['-e', made, control]);
      // Nothing has to be done at installation and removal.
      expect(readdirSync(control).sort()).toEqual(['control', 'md5sums']);
      expect(
        spawnSync('md5sum', ['--check', '--strict', '--quiet', join(control, 'md5sums')], { cwd: tree }).status,
      ).toBe(0);
    });

    test('nothing in it belongs to the machine, or has the name of what another init has', () => {
      const rows = listed(execFileSync('dpkg-deb', ['--fsys-tarfile', made], { maxBuffer: 2 ** 30 }));
      const paths = rows.map(({ path }) => path);
      expect(paths.filter((path) => !/^\.\/(?:usr\/.*)?$/.test(path))).toEqual([]);
      const names = ['init', 'telinit', 'runlevel', 'shutdown', 'reboot', 'halt', 'poweroff', 'service', 'invoke-rc.d'];
      const others = new RegExp(`/(?:${names.join('|')})(?:\\.8\\.gz|\\.fish)?(?: -> .*)?$`);
      expect(paths.filter((path) => others.test(path))).toEqual([]);
      expect(new Set(rows.map(({ owner }) => owner))).toEqual(new Set(['0/0']));
      expect(new Set(rows.map(({ dateS }) => dateS))).toEqual(new Set([DATE_S]));
      expect(paths.filter((path) => path.includes('/man/') && !/(?:\/|\.gz)$/.test(path))).toEqual([]);
      const documents = join(tree, 'usr/share/doc/upstart-session');
      expect(execFileSync('gzip', ['-dc', join(documents, 'changelog.gz')], { encoding: 'utf8' })).toMatch(
        /^upstart \(\S+\) unstable; urgency=medium\n\n {2}\* [\s\S]*\n -- .*> {2}Tue, 14 Nov 2023 22:13:20 \+0000\n$/,
      );
      expect(readFileSync(join(documents, 'copyright'), 'utf8')).toContain('Permission is hereby granted');
    });

    test('unpacked, its commands run, and a session with a job', async () => {
      const version = spawnSync(join(tree, 'usr/bin/upstart'), ['--version'], { encoding: 'utf8' });
      expect(version.stdout).toContain(VERSION);
      const jobs = folder('jobs');
      writeFileSync(join(jobs, 'job.conf'), 'start on startup\nexec sleep 1000\n');
      expect(spawnSync(join(tree, 'usr/sbin/init-checkconf'), [join(jobs, 'job.conf')]).status).toBe(0);
      const env = { PATH: '/usr/bin:/bin', HOME: folder('home'), XDG_RUNTIME_DIR: folder('run') };
      const init = spawn(join(tree, 'usr/sbin/upstart'), ['--user', '--confdir', jobs], { env, stdio: 'ignore' });
      const ended = once(init, 'exit');
      const command = (...words: string[]) =>
        spawnSync(join(tree, 'usr/bin/initctl'), ['--user', ...words], { env, encoding: 'utf8' }).stdout;
      try {
        await eventually('the job runs', () => command('status', 'job').startsWith('job start/running, process '));
      } finally {
        init.kill('SIGTERM');
        await ended;
      }
    });

    test('its examples are a project, which `upstart up` runs', () => {
      const project = join(folder('user'), 'shop');
      cpSync(join(tree, 'usr/share/doc/upstart-session/examples/four-services'), project, { recursive: true });
      // Those that take ports, which others may have.
      for (const job of ['redis', 'web', 'worker']) rmSync(join(project, `upstart/${job}.conf`));
      writeFileSync(join(project, 'upstart/database.conf'), 'start on starting shop\nexec sleep 1000\n');
      const env = {
        PATH: '/usr/bin:/bin',
        HOME: folder('user'),
        XDG_RUNTIME_DIR: folder('run-user'),
      };
      const upstart = (...words: string[]) =>
        spawnSync(join(tree, 'usr/bin/upstart'), words, { cwd: project, env, encoding: 'utf8' });
      try {
        expect(upstart('up', '-d')).toMatchObject({ status: 0, stderr: '' });
        expect(upstart('status', 'database').stdout).toMatch(/^database start\/running, process \d+\n/);
      } finally {
        expect(upstart('down').status).toBe(0);
      }
    });

    test.skipIf(missingPrograms(['man']).length > 0)(
      'a manual page that is a page of its own (skipped without man)',
      () => {
        const page = join(tree, 'usr/share/man/man8/upstart.8.gz');
        const { status, stdout } = spawnSync('man', ['-l', page], {
          encoding: 'utf8',
          env: { ...process.env, LC_ALL: 'C', MANWIDTH: '80' },
        });
        expect(status).toBe(0);
        expect(stdout).toContain('--confdir');
      },
    );

    test.skipIf(missingPrograms(['dpkg']).length > 0 || process.getuid?.() !== 0)(
      'installed and purged: nothing is left (skipped without dpkg or root)',
      () => {
        const root = folder('root');
        for (const name of ['info', 'updates', 'triggers']) folder(join('root/var/lib/dpkg', name));
        writeFileSync(join(root, 'var/lib/dpkg/status'), '');
        const dpkg = (...words: string[]) =>
          spawnSync('dpkg', ['--root', root, '--log=/dev/null', '--force-depends', ...words], { encoding: 'utf8' });
        expect(dpkg('--install', made).status).toBe(0);
        expect(existsSync(join(root, 'usr/sbin/upstart'))).toBe(true);
        expect(dpkg('--verify', 'upstart-session').stdout).toBe('');
        expect(dpkg('--purge', 'upstart-session').status).toBe(0);
        expect(readdirSync(root)).toEqual(['var']);
      },
    );
  },
);
