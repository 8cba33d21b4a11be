/** Packages with Node in them, and those for another processor. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { VERSION } from '../../scripts/version.mjs';
import { missingPrograms } from '../programs.ts';
import { folder, pack, sums, TOP } from './packing.ts';

const AARCH64 = 183;
const NODE = 'usr/lib/upstart/node';
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const field = (deb: string, name: string): string =>
  execFileSync('dpkg-deb', ['-f', deb, name], { encoding: 'utf8' }).trim();

describe('with the Node that packs', () => {
  const output = join(TOP, 'with-node');

  test('the tarball holds it where init looks first, and needs no other', () => {
    expect(pack('022', ['--output', output, 'node-tarball'])).toMatchObject({ status: 0, stderr: '' });
    const tree = folder('tree-with-node');
    execFileSync('tar', [
      '-xf',
      join(output, readdirSync(output).find((name) => name.endsWith('-node.tar.gz')) as string),
      '-C',
      tree,
    ]);
    expect(sha256(join(tree, NODE))).toBe(sha256(process.execPath));
    const env = { PATH: '/nonexistent', HOME: folder('home'), XDG_RUNTIME_DIR: folder('run') };
    const { stdout } = spawnSync(join(tree, 'usr/bin/upstart'), ['--version'], { env, encoding: 'utf8' });
    expect(stdout).toContain(VERSION);
  });

  test.skipIf(missingPrograms(['dpkg']).length > 0 || process.getuid?.() !== 0)(
    'the package has its version, and takes the place of the link in the others as long as it is there (skipped without dpkg or root)',
    () => {
      expect(pack('022', ['--output', output, 'node-deb', 'deb'])).toMatchObject({ status: 0, stderr: '' });
      const deb = join(output, readdirSync(output).find((name) => name.startsWith('upstart-node')) as string);
      expect(field(deb, 'Version')).toBe(process.versions.node);
      expect(field(deb, 'Depends')).toMatch(/^libc6 \(>= 2\.\d+\)/);
      const root = folder('root');
      for (const name of ['info', 'updates', 'triggers'])
        mkdirSync(join(root, 'var/lib/dpkg', name), { recursive: true });
      writeFileSync(join(root, 'var/lib/dpkg/status'), '');
      const dpkg = (...words: string[]) =>
        spawnSync(
          'dpkg',
          ['--root', root, '--log=/dev/null', '--force-depends', '--force-script-chrootless', ...words],
          { encoding: 'utf8' },
        );
      const session = join(output, readdirSync(output).find((name) => name.startsWith('upstart-session')) as string);
      const isLink = (): boolean => lstatSync(join(root, NODE)).isSymbolicLink();
      for (const order of [
        [session, deb],
        [deb, session],
      ]) {
        for (const made of order) expect(dpkg('--install', made).status).toBe(0);
        expect(isLink()).toBe(false);
        expect(dpkg('--verify').stdout).toBe('');
        expect(dpkg('--purge', 'upstart-node').status).toBe(0);
        expect(isLink()).toBe(true);
        expect(dpkg('--purge', 'upstart-session').status).toBe(0);
        expect(existsSync(dirname(join(root, NODE)))).toBe(false);
      }
    },
  );
});

describe.skipIf(process.arch !== 'x64' || missingPrograms(['aarch64-linux-gnu-gcc', 'dpkg-deb']).length > 0)(
  'for arm64 (skipped without gcc-aarch64-linux-gnu)',
  () => {
    const output = join(TOP, 'arm64');

    test('programs are for it, the same bytes when they are made again', () => {
      expect(pack('022', ['--output', output, '--arch', 'arm64', 'deb'])).toMatchObject({ status: 0, stderr: '' });
      const deb = join(output, `upstart-session_${VERSION}_arm64.deb`);
      expect(field(deb, 'Architecture')).toBe('arm64');
      const tree = folder('tree-of-arm64');
      execFileSync('dpkg-deb', ['-x', deb, tree]);
      const machines = readdirSync(tree, { recursive: true, withFileTypes: true, encoding: 'utf8' })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
        .filter((bytes) => bytes.subarray(0, 4).toString('latin1') === '\x7fELF')
        .map((bytes) => bytes.readUInt16LE(18));
      expect(machines.length).toBeGreaterThan(4);
      expect(new Set(machines)).toEqual(new Set([AARCH64]));
      const again = join(TOP, 'arm64-again');
      expect(pack('077', ['--output', again, '--arch', 'arm64', 'deb']).status).toBe(0);
      expect(sums(again)).toEqual(sums(output));
    });

    test('what has the Node of this machine in it is refused', () => {
      expect(pack('022', ['--arch', 'arm64', 'image']).stderr).toContain(
        'image is made for amd64 only.\nFor arm64: deb, init-deb, tarball',
      );
    });
  },
);

test.skipIf(process.arch !== 'x64')('without a cross compiler the error names the package that has one', () => {
  const { status, stderr } = pack('022', ['--arch', 'arm64', 'tarball'], { PATH: folder('empty') });
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining('apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross'),
  ]);
});
