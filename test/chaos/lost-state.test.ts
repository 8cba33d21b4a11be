/** Init without its saved state: the processes are left, and the facts that it can find out about them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeRecords, encodeRecord } from '../../packages/daemon/src/state/records.ts';
import { eventually } from '../eventually.ts';
import { LOSSES } from './faults.ts';
import { isRunning, signal } from './proc.ts';
import { Random } from './random.ts';
import { Session } from './session.ts';

const SERVICE = 'exec perl PROGRAMS/service.pl LEDGER\n';
const JOBS = {
  plain: SERVICE,
  lively: `respawn\n${SERVICE}`,
  many: `instance $N\n${SERVICE}`,
  once: 'start on startup\ntask\nexec perl PROGRAMS/task.pl LEDGER 0 0\n',
  forgotten: SERVICE,
};

let session: Session;
afterEach(() => session?.kill());

describe('without any saved state', () => {
  it('running processes are adopted, with a line in the log, and can be stopped', async () => {
    session = await Session.start({ jobs: JOBS });
    for (const words of [['plain'], ['lively'], ['forgotten'], ['many', 'N=1'], ['many', 'N=2 3']]) {
      expect(await session.run('start', ...words)).toMatchObject({ status: 0 });
    }
    await eventually('the task has run', async () => {
      const { stdout } = await session.run('status', 'once');
      return session.noted('once', 'ends').length === 1 && stdout === 'once stop/waiting\n';
    });
    const before = (await session.run('initctl', 'list')).stdout;
    expect(before.match(/start\/running, process \d+/g)).toHaveLength(5);

    session.removeJob('forgotten');
    await LOSSES.nothingLeft?.(session, new Random(1));
    const list = async (): Promise<string[]> => (await session.run('initctl', 'list')).stdout.trim().split('\n').sort();
    expect(await list()).toEqual(before.trim().split('\n').sort());
    await session.hears(/The state of the daemon before this one is lost/);
    await session.hears('was found running and is adopted', 5);
    expect(session.said.match(/was found running and is adopted/g)).toHaveLength(5);
    expect(session.noted('once', 'starts'), 'startup is not emitted again').toHaveLength(1);

    const lively = await eventually('it runs', () => session.running('lively')[0]);
    signal(lively, 'SIGKILL');
    await eventually('it is respawned', () => session.running('lively').some((pid) => pid !== lively));
    for (const words of [['plain'], ['lively'], ['forgotten'], ['many', 'N=1'], ['many', 'N=2 3']]) {
      expect(await session.run('stop', ...words)).toMatchObject({ status: 0, stderr: '' });
    }
    expect(await list()).toEqual(['lively', 'many', 'once', 'plain'].map((name) => `${name} stop/waiting`));
    expect(session.processes().filter((pid) => session.noted('plain', 'starts').includes(pid))).toEqual([]);
    expect(await session.end()).toBe(0);
  });
});

describe('a state from a newer daemon', () => {
  it('is refused aloud, and running processes are adopted', async () => {
    session = await Session.start({ jobs: JOBS });
    const lines = [];
    for (const job of ['plain', 'lively']) lines.push((await session.run('start', job)).stdout);
    const daemon = await eventually('there is a daemon', () => session.daemon());
    signal(daemon, 'SIGSTOP');
    const snapshots = readdirSync(session.stateFolder).filter((name) => name.startsWith('snapshot-'));
    expect(snapshots).not.toEqual([]);
    for (const name of snapshots) {
      const path = join(session.stateFolder, name);
      const snapshot = decodeRecords(readFileSync(path)).values[0] as { format: number };
      writeFileSync(path, encodeRecord({ ...snapshot, format: snapshot.format + 1 }));
    }
    signal(daemon, 'SIGKILL');
    for (const job of ['plain', 'lively']) expect((await session.run('status', job)).stdout).toBe(lines.shift());
    await session.hears(/the saved state has format (\d+), this daemon reads \d+ to \d+/);
    await session.hears(/The state of the daemon before this one is lost/);
    await session.hears('was found running and is adopted', 2);
    expect(session.said.match(/was found running and is adopted/g)).toHaveLength(2);
    expect(await session.end()).toBe(0);
  });
});

describe('a session whose supervisor is killed', () => {
  it('leaves jobs that the next session names and leaves alone', async () => {
    const runtime = mkdtempSync(join(tmpdir(), 'dead-session-'));
    const dead = await Session.start({ jobs: JOBS, runtime });
    try {
      const start = async (...words: string[]): Promise<number> =>
        Number(/process (\d+)/.exec((await dead.run('start', ...words)).stdout)?.[1]);
      const [plain, many] = [await start('plain'), await start('many', 'N=1')];
      const daemon = await eventually('there is a daemon', () => dead.daemon());
      signal(dead.pid, 'SIGKILL');
      await eventually('supervisor and daemon have ended', () => dead.ended && !isRunning(daemon));

      session = await Session.start({ jobs: JOBS, runtime });
      const warnings = (): string[] => session.said.split('\n').filter((line) => line.includes('was killed'));
      await eventually('it says so', () => warnings().length > 0);
      const [warning, ...more] = warnings();
      expect(more).toEqual([]);
      expect(warning).toMatch(
        `init: Init (${dead.pid}) of another session was killed; what it had started runs on and belongs to no init: `,
      );
      expect(warning).toContain(`plain, process ${plain}`);
      expect(warning).toContain(`many (1), process ${many}`);
      expect((await session.run('status', 'plain')).stdout).toBe('plain stop/waiting\n');
      expect([plain, many].map(isRunning)).toEqual([true, true]);
      await dead.kill();
      const third = await Session.start({ jobs: JOBS, runtime });
      expect(await third.end()).toBe(0);
      expect(third.said, 'nothing is left').not.toMatch(/was killed/);
    } finally {
      await dead.kill();
      await session?.kill();
      rmSync(runtime, { recursive: true, force: true });
    }
  });
});

describe('a run-time folder whose path is too long for a socket', () => {
  it('is replaced by one that the next daemon finds again', async () => {
    const runtime = join('/tmp', `chaos-${process.pid}-${'long'.repeat(25)}`);
    try {
      session = await Session.start({ jobs: JOBS, runtime });
      const { stdout } = await session.run('start', 'plain');
      signal(await eventually('there is a daemon', () => session.daemon()), 'SIGKILL');
      expect((await session.run('status', 'plain')).stdout).toBe(stdout);
      expect(session.said).not.toMatch(/lost/);
      expect(await session.end()).toBe(0);
    } finally {
      await session.kill();
      rmSync(runtime, { recursive: true, force: true });
    }
  });
});
