import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Identities, MAX_REMEMBERED, type WhomSpec } from './identities.ts';
import { readRootedFile } from './read-file.ts';
import { folderOfLists, LOCAL, PATIENCE_MS, RIGHTS, settled } from './testing/lists.ts';

const AS_ROOT = process.geteuid?.() === 0;

let folder = '';
beforeEach(() => {
  folder = folderOfLists();
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

describe('what the files of the machine list', () => {
  it('is known at once, and follows them', async () => {
    const identities = new Identities({ folder, rights: RIGHTS, patienceMs: PATIENCE_MS });
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
    const identities = new Identities({ folder, rights: RIGHTS, patienceMs: PATIENCE_MS });
    for (let i = 0; i < 2 * MAX_REMEMBERED; i++)
      expect(identities.lookUp({ user: null, group: `g${i}`, chroot: null })).not.toBeNull();
    expect(identities.lookUp(LOCAL)).toMatchObject({ uid: 5 });
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
    const identities = new Identities({ folder, rights: RIGHTS, patienceMs: PATIENCE_MS });
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
    const identities = new Identities({ folder, rights: RIGHTS, patienceMs: PATIENCE_MS });
    // There is none.
    expect(await settled(identities, { ...spec, user: 'far' })).toMatchObject({
      refusal: { step: 'setuid-lookup', errno: 0 },
    });
  });
});
