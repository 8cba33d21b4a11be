/** Traps that another user lays where init writes and reads files (docs/security.md). */
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionInit } from '../control/session-init.ts';
import { SystemInit } from '../control/system-init.ts';
import { eventually } from '../eventually.ts';
import { asUser, NOBODY, whyNoOtherUsers } from '../session/product.ts';

const REASON = whyNoOtherUsers();
const STRANGER = 12_345;

describe.skipIf(REASON)(`a folder of logs that others may write to${REASON ? ` (skipped: ${REASON})` : ''}`, () => {
  let init: SystemInit;
  const say = 'task\nexec echo SECRET\n';
  const traps: readonly [job: string, trap: string, by: number][] = [
    ['symlink', 'ln -s $DIR/home/victim $DIR/log/symlink.log', NOBODY],
    ['dangling', 'ln -s $DIR/home/made $DIR/log/dangling.log', NOBODY],
    // Where the kernel protects hard links root alone can lay this one.
    ['hardlink', 'ln $DIR/home/victim $DIR/log/hardlink.log', 0],
    ['pipe', 'mkfifo -m 666 $DIR/log/pipe.log', NOBODY],
    ['own', '(umask 0; : > $DIR/log/own.log)', NOBODY],
    ['device', 'mknod -m 666 $DIR/log/device.log c 1 5', 0],
    ['folder', 'mkdir $DIR/log/folder.log', NOBODY],
  ];

  beforeAll(async () => {
    init = await SystemInit.start(Object.fromEntries([...traps.map(([job]) => [job, say]), ['good', say]]));
    const place = `DIR=${init.product.folder}; export DIR`;
    const laid = traps.map(([, trap, uid]) => asUser(uid, ['sh', '-c', `'${trap}'`]).join(' '));
    const { status, stderr } = await init.shell(
      ['set -e', place, 'chmod 777 $DIR/log', 'echo precious > $DIR/home/victim', ...laid].join('\n'),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
  afterAll(() => init?.stop());

  it.each(traps)('is no way to make root write elsewhere, or to hang: %s', async (job) => {
    const { status, stdout } = await init.shell(`start ${job}`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${job} stop/waiting\n` });
    expect(readFileSync(join(init.product.folder, 'home/victim'), 'utf8')).toBe('precious\n');
    expect(existsSync(join(init.product.folder, 'home/made'))).toBe(false);
    const { stdout: log } = await init.shell(`timeout 300 initctl log ${job}; [ $? != 124 ] || echo hangs`);
    expect(log).not.toMatch(/SECRET|hangs/);
  });

  it('still takes the logs of the others', async () => {
    await init.shell('start good');
    const path = join(init.product.folder, 'log/good.log');
    await eventually('its log is there', () => existsSync(path) && readFileSync(path, 'utf8') !== '');
    expect(readFileSync(path, 'utf8')).toBe('SECRET\r\n');
    expect(statSync(path)).toMatchObject({ uid: 0, mode: 0o100640 });
  });
});

describe.skipIf(REASON)(`the files of a session${REASON ? ` (skipped: ${REASON})` : ''}`, () => {
  it('are for its owner alone', async () => {
    const session = await SessionInit.start({ uid: STRANGER, jobs: { web: 'exec sh -c "echo x; exec sleep 1000"\n' } });
    try {
      await session.run('start', 'web');
      const runtime = dirname(session.socket);
      const state = join(runtime, 'state');
      const logs = join(session.home, '.cache/upstart');
      await eventually('the first line is in the log', () => existsSync(join(logs, 'web.log')));
      const folders = [runtime, state, session.sessionFiles, logs];
      for (const folder of folders) expect(statSync(folder)).toMatchObject({ uid: STRANGER, mode: 0o040700 });
      const saved = readdirSync(state).map((name) => join(state, name));
      // one that is written anew meanwhile may be gone
      const found = saved.flatMap((path) => statSync(path, { throwIfNoEntry: false }) ?? []);
      expect(found.length).toBeGreaterThan(1);
      for (const file of [...found, statSync(join(session.sessionFiles, `${session.pid}.session`))]) {
        expect(file).toMatchObject({ uid: STRANGER, mode: 0o100600 });
      }
      expect(statSync(session.socket).mode & 0o777).toBe(0o600);
    } finally {
      await session.end();
      session.remove();
    }
  });

  it.each<[string, (runtime: string) => void]>([
    ['that others can empty', (runtime) => chmodSync(runtime, 0o777)],
    [
      'in which somebody else was first',
      (runtime) => {
        chmodSync(runtime, 0o1777);
        for (const folder of ['upstart', 'upstart/sessions']) {
          mkdirSync(join(runtime, folder));
          chmodSync(join(runtime, folder), 0o777);
          chownSync(join(runtime, folder), NOBODY, NOBODY);
        }
      },
    ],
  ])('are not put into a run-time folder %s', async (_what, spoil) => {
    const shared = await SessionInit.start({ uid: STRANGER });
    const runtime = shared.product.place('shared');
    spoil(runtime);
    const addressFile = join(shared.home, 'address');
    const job = 'start on startup\ntask\nexec sh -c \'echo "$UPSTART_SESSION" > $HOME/address\'\n';
    try {
      const session = await SessionInit.start({
        ...{ beside: shared, uid: STRANGER, env: { XDG_RUNTIME_DIR: runtime }, addressFile, jobs: { tell: job } },
      });
      const folder = dirname(session.socket);
      expect(folder.startsWith(runtime)).toBe(false);
      expect(statSync(folder)).toMatchObject({ uid: STRANGER, mode: 0o040700 });
      // At most the empty folder that was made to be looked at.
      for (const name of readdirSync(runtime)) {
        for (const inner of readdirSync(join(runtime, name))) {
          expect(readdirSync(join(runtime, name, inner))).toEqual([]);
        }
      }
      await session.end();
      expect(existsSync(folder)).toBe(false);
    } finally {
      await shared.end();
      shared.remove();
    }
  });
});
