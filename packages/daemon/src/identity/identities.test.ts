import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { Identities, type IdentitiesOptions, MAX_REMEMBERED, type WhomSpec } from './identities.ts';
import { readRootedFile } from './read-file.ts';
import type { Identity } from './resolve.ts';

const ETIMEDOUT = 110;
const AS_ROOT = process.geteuid?.() === 0;
const RIGHTS = { privileged: true, gid: 0 };
const LOCAL: WhomSpec = { user: 'local', group: null, chroot: null };
const FAR: WhomSpec = { user: 'far', group: null, chroot: null };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'identities-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  write('passwd', 'root:x:0:0:\nlocal:x:5:6:\n');
  write('group', 'local:x:6:\nmore:x:7:local\n');
  write('nsswitch.conf', 'passwd: files ldap\ngroup: files\n');
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

/** With a `getent` that notes in the file `asked` what it is asked, and answers by these lines of a shell's `case`. */
function withGetent(answers: readonly string[], options: Partial<IdentitiesOptions> = {}): Identities {
  const program = join(folder, 'getent');
  const lines = [`echo "$*" >> ${folder}/asked`, 'case "$1 $2" in', ...answers, '*) exit 2 ;;', 'esac'];
  writeFileSync(program, `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(program, 0o755);
  return new Identities({ folder, programs: [join(folder, 'none'), program], rights: RIGHTS, ...options });
}

const settled = (identities: Identities, spec: WhomSpec): Promise<Identity> =>
  eventually(() => identities.lookUp(spec) ?? false);

describe('what the files of the machine list', () => {
  it('is known at once, and follows them', async () => {
    const identities = new Identities({ folder, rights: RIGHTS });
    expect(identities.lookUp(LOCAL)).toMatchObject({ uid: 5, gid: 6, groups: [6, 7] });
    write('group', 'local:x:6:\n');
    write('passwd', 'local:x:55:6:\n');
    await Promise.resolve();
    expect(identities.lookUp(LOCAL)).toMatchObject({ uid: 55, gid: 6, groups: [] });
    rmSync(join(folder, 'passwd'));
    write('nsswitch.conf', '');
    await Promise.resolve();
    expect(identities.lookUp(LOCAL)).toMatchObject({ refusal: { step: 'setuid-lookup', errno: 0 } });
  });

  it('is not looked at where only root could use it', () => {
    const identities = new Identities({ folder: '/nonesuch', rights: { privileged: false, gid: 7 } });
    expect(identities.lookUp({ user: null, group: null, chroot: '/nonesuch' })).toMatchObject({
      uid: null,
      groups: [],
    });
  });

  it('is remembered for a bounded number of names', () => {
    const identities = new Identities({ folder, rights: RIGHTS });
    for (let i = 0; i < 2 * MAX_REMEMBERED; i++)
      expect(identities.lookUp({ user: null, group: `g${i}`, chroot: null })).not.toBeNull();
    expect(identities.lookUp(LOCAL)).toMatchObject({ uid: 5 });
  });
});

describe('what other services know', () => {
  it('is asked for once, while others are known', async () => {
    const identities = withGetent(['"passwd far") echo far:x:50:51: ;;']);
    expect(identities.lookUp(FAR)).toBeNull();
    expect(identities.lookUp(FAR)).toBeNull();
    expect(identities.lookUp(LOCAL)).toMatchObject({ uid: 5 });
    expect(await settled(identities, FAR)).toMatchObject({ uid: 50, gid: 51, groups: [] });
    expect(identities.lookUp(FAR)).toMatchObject({ uid: 50 });
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('passwd far\n');
  });

  it.each([
    ['nobody knows', '"passwd far") exit 2 ;;', 0],
    ['broken', '"passwd far") kill -9 $$ ;;', 5],
    ['says nothing', '"passwd far") exit 0 ;;', 5],
    ['says too much', '"passwd far") head -c 65536 /dev/zero | tr "\\0" x ;;', 5],
  ])('can be: %s', async (_, answer, errno) => {
    const identity = await settled(withGetent([answer]), FAR);
    expect(identity).toMatchObject({ refusal: { step: 'setuid-lookup', errno, detail: '' } });
  });

  it('fits into 64 KiB', async () => {
    const identities = withGetent(['"passwd far") printf far:x:50:51:; head -c 65522 /dev/zero | tr "\\0" x ;;']);
    expect(await settled(identities, FAR)).toMatchObject({ uid: 50 });
  });

  it('is nothing where there is no getent', async () => {
    const identities = new Identities({ folder, programs: [join(folder, 'none')], rights: RIGHTS });
    expect(await settled(identities, FAR)).toMatchObject({ refusal: { step: 'setuid-lookup', errno: 0 } });
  });

  it.each([
    ['it says nothing', 'exec sleep 1000'],
    ['it does not end', 'exec >&-; exec sleep 1000'],
    ['its child says nothing', 'sleep 1000 & echo $! > FOLDER/child; exit 0'],
  ])('is waited for so long: %s', async (_, hangs) => {
    onTestFinished(() => {
      const child = join(folder, 'child');
      if (existsSync(child)) process.kill(Number(readFileSync(child, 'utf8')), 'SIGKILL');
    });
    const identities = withGetent([`*) ${hangs.replace('FOLDER', folder)} ;;`], { patienceMs: 300 });
    expect(await settled(identities, FAR)).toMatchObject({
      refusal: { step: 'setuid-lookup', errno: ETIMEDOUT, detail: 'getent passwd' },
    });
  });

  it('is asked by a few at a time, and those that wait have no more time', async () => {
    const identities = withGetent(['*) exec sleep 1000 ;;'], { patienceMs: 700 });
    const many = Array.from({ length: 50 }, (_, i) => ({ ...FAR, user: `far${i}` }));
    for (const spec of many) expect(identities.lookUp(spec)).toBeNull();
    for (const spec of many) expect(await settled(identities, spec)).toMatchObject({ refusal: { errno: ETIMEDOUT } });
  });
});

describe('inside a chroot', () => {
  const spec: WhomSpec = { user: 'inside', group: null, chroot: '' };
  beforeEach(() => {
    mkdirSync(join(folder, 'etc'));
    spec.chroot = folder;
    write('etc/passwd', 'inside:x:8:9:\n');
  });

  it('its own files count', async () => {
    const identities = new Identities({ folder, rights: RIGHTS });
    expect(identities.lookUp(spec)).toBeNull();
    expect(await settled(identities, spec)).toMatchObject({ uid: 8, gid: 9 });
    expect(await settled(identities, { ...spec, user: 'local' })).toMatchObject({ refusal: { errno: 0 } });
    expect(await settled(identities, { ...spec, user: null })).toMatchObject({ uid: null, refusal: null });
  });

  it('links lead to what is inside', async () => {
    mkdirSync(join(folder, 'usr'));
    write('usr/passwd', 'inside:x:80:90:\n');
    rmSync(join(folder, 'etc/passwd'));
    symlinkSync('../../../../usr/./link', join(folder, 'etc/passwd'));
    symlinkSync('/usr/passwd', join(folder, 'usr/link'));
    expect(await readRootedFile('passwd', folder)).toBe('inside:x:80:90:\n');
    symlinkSync('group', join(folder, 'etc/group'));
    await expect(readRootedFile('group', folder)).rejects.toMatchObject({ errno: 40 });
  });

  it('what is no file is no list, and nobody waits for it', async () => {
    mkdirSync(join(folder, 'etc/group'));
    await expect(readRootedFile('group', folder)).rejects.toMatchObject({ errno: 21 });
    expect(await readRootedFile('none', folder)).toBe('');
    expect(await readRootedFile('below', join(folder, 'etc/passwd'))).toBe('');
  });

  it.runIf(AS_ROOT)('its own getent is asked', async () => {
    write('etc/nsswitch.conf', 'passwd: ldap\n');
    const identities = new Identities({ folder, rights: RIGHTS });
    // There is none.
    expect(await settled(identities, { ...spec, user: 'far' })).toMatchObject({
      refusal: { step: 'setuid-lookup', errno: 0 },
    });
  });
});
