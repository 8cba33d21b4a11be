import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { signal } from '../../../../test/chaos/proc.ts';
import { Identities, type IdentitiesOptions, type WhomSpec } from './identities.ts';
import { folderOfLists, LOCAL, PATIENCE_MS, RIGHTS, settled } from './testing/lists.ts';

const ETIMEDOUT = 110;
const FAR: WhomSpec = { user: 'far', group: null, chroot: null };

let folder = '';
beforeEach(() => {
  folder = folderOfLists();
});

/** With a `getent` that notes in the file `asked` what it is asked, and answers by these lines of a shell's `case`. */
function withGetent(answers: readonly string[], options: Partial<IdentitiesOptions> = {}): Identities {
  const program = join(folder, 'getent');
  const lines = [`echo "$*" >> ${folder}/asked`, 'case "$1 $2" in', ...answers, '*) exit 2 ;;', 'esac'];
  writeFileSync(program, `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(program, 0o755);
  const programs = [join(folder, 'none'), program];
  return new Identities({ folder, programs, rights: RIGHTS, patienceMs: PATIENCE_MS, ...options });
}

describe('what other services know', () => {
  it('is asked for once, while others are known', async () => {
    // No time passes in which an answer would become too old.
    vi.useFakeTimers({ toFake: ['hrtime'] });
    onTestFinished(() => void vi.useRealTimers());
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

  it('is not late if it came while this process stood still', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const identities = withGetent(['"passwd far") echo far:x:50:51: ;;']);
    identities.lookUp(FAR);
    // A timer that is due goes off before what has come meanwhile is read.
    vi.advanceTimersToNextTimer();
    expect(await settled(identities, FAR)).toMatchObject({ uid: 50 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fits into 64 KiB', async () => {
    const identities = withGetent(['"passwd far") printf far:x:50:51:; head -c 65522 /dev/zero | tr "\\0" x ;;']);
    expect(await settled(identities, FAR)).toMatchObject({ uid: 50 });
  });

  it('is nothing where there is no getent', async () => {
    const identities = new Identities({
      folder,
      programs: [join(folder, 'none')],
      rights: RIGHTS,
      patienceMs: PATIENCE_MS,
    });
    expect(await settled(identities, FAR)).toMatchObject({ refusal: { step: 'setuid-lookup', errno: 0 } });
  });

  it.each([
    ['it says nothing', 'exec sleep 1000'],
    ['it does not end', 'exec >&-; exec sleep 1000'],
    ['its child says nothing', 'sleep 1000 & echo $! > FOLDER/child; exit 0'],
  ])('is waited for so long: %s', async (_, hangs) => {
    onTestFinished(() => {
      const child = join(folder, 'child');
      const pid = existsSync(child) ? Number(readFileSync(child, 'utf8')) : 0;
      if (pid > 0) signal(pid, 'SIGKILL');
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
