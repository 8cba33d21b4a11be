/** `upstart chain` and `plot`: what a session's boot, and the start of a job, waited for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { SessionInit } from './session-init.ts';

interface Step {
  job: string | null;
  event: string | null;
  reached: string;
  tookMs: number;
  cause: string | null;
}

let session: SessionInit;
const upstart = (...args: string[]) => session.run('upstart', ...args);
const steps = async (...args: string[]): Promise<string[]> => {
  const { steps } = JSON.parse((await upstart('chain', '--json', ...args)).stdout) as { steps: Step[] };
  return steps.map(({ job, event, reached }) => `${job ?? event} ${reached}`);
};

beforeAll(async () => {
  session = await SessionInit.start({
    jobs: {
      db: 'start on startup\npre-start exec true\nexec sleep 1000\n',
      migrate: 'start on starting db\ntask\nexec sleep 0.05\n',
      web: 'start on started db\nexec sleep 1000\n',
      fails: 'start on started web\nexec sh -c "exit 3"\n',
      last: 'start on stopped fails\nexec sleep 1000\n',
      hand: 'exec sleep 1000\n',
    },
  });
  await eventually('all jobs of the boot run', async () =>
    (await session.run('initctl', 'status', 'last')).stdout.includes('start/running, process'),
  );
  await session.run('initctl', 'start', 'hand');
});
afterAll(async () => {
  await session?.end();
  session?.remove();
});

describe('upstart chain', () => {
  it('leads from the last job of the boot back to the first event, over what each waited for', async () => {
    expect(await steps()).toEqual([
      'last running',
      'fails stopped',
      'web running',
      'db running',
      'migrate stopped',
      'db starting',
      'startup emitted',
    ]);
    const { stdout, status } = await upstart('chain');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^The boot took \d+ms|^The boot took [\d.]+s/);
    expect(stdout).toContain('started by `stopped JOB=fails RESULT=failed PROCESS=main EXIT_STATUS=3`');
  });

  it('is that of the last start of a job', async () => {
    expect(await steps('web')).toEqual([
      'web running',
      'db running',
      'migrate stopped',
      'db starting',
      'startup emitted',
    ]);
    expect(await steps('hand')).toEqual(['hand running']);
  });

  it('says what is wrong', async () => {
    expect(await upstart('chain', 'wbe')).toMatchObject({
      status: 4,
      stderr: 'upstart: unknown job: wbe; did you mean web?\n',
    });
    expect(await upstart('chain', 'web/2')).toMatchObject({
      status: 3,
      stderr: 'upstart: the history has no start of web/2\n',
    });
  });
});

describe('upstart plot', () => {
  it('draws the boot, with what failed, and without what was started by hand', async () => {
    const { stdout, status } = await upstart('plot');
    expect(status).toBe(0);
    expect(stdout).toContain('The boot took ');
    expect(stdout).toContain('>✕ fails</text>');
    expect(stdout).toContain('>migrate</text>');
    expect(stdout).not.toContain('>hand</text>');
    expect(stdout).toContain('5 jobs: 3 running, 1 stopped, 1 failed');
  });

  it('draws what has happened since a time, of some jobs, into a file', async () => {
    const file = join(session.home, 'plot.svg');
    expect((await upstart('plot', '--since', '1h', '--job', 'h*', '-o', file)).status).toBe(0);
    const svg = readFileSync(file, 'utf8');
    expect(svg).toContain('>hand</text>');
    expect(svg).toContain('1 job: 1 running');
  });

  it('says what is wrong', async () => {
    expect(await upstart('plot', '--job', 'wbe')).toMatchObject({
      status: 4,
      stderr: 'upstart: the history has no job wbe at that time\n',
    });
    expect(await upstart('plot', '--since', 'never')).toMatchObject({ status: 2 });
    expect(await upstart('plot', '--since', '0s')).toMatchObject({
      status: 1,
      stderr: 'upstart: the history has nothing of that time\n',
    });
  });
});

describe('upstart graph', () => {
  it('knows what the history has seen', async () => {
    const { edges } = JSON.parse((await upstart('graph', '--json')).stdout) as {
      edges: { to: string; seen: number }[];
    };
    expect(edges.map(({ to, seen }) => [to, seen])).toEqual(
      ['db', 'fails', 'last', 'migrate', 'web'].map((job) => [`job:${job}`, 1]),
    );
  });
});
