/** `upstart graph`: of the jobs of a session, and of job files alone. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionInit } from './session-init.ts';

let session: SessionInit;
const graph = (...args: string[]) => session.run('upstart', 'graph', ...args);

beforeAll(async () => {
  session = await SessionInit.start({
    jobs: {
      db: 'exec sleep 1000\n',
      web: 'start on started db\nstop on stopping db\nexec sleep 1000\n',
      'odd-<&"': 'exec true\n',
    },
  });
});
afterAll(async () => {
  await session?.end();
  session?.remove();
});

describe('upstart graph', () => {
  it('draws all jobs, or some and their neighbours', async () => {
    const { stdout: all, status } = await graph();
    expect(status).toBe(0);
    expect(all).toContain('<svg ');
    expect(all).toContain('odd-&lt;&amp;&quot;');
    const { stdout: some } = await graph('web');
    expect(some).toContain('2 jobs, 0 events, 2 edges');
  });

  it('has text for Graphviz and data', async () => {
    expect((await graph('--dot')).stdout).toContain('"job:db" -> "job:web"');
    const { edges } = JSON.parse((await graph('web', '--json')).stdout) as { edges: unknown[] };
    expect(edges).toMatchObject([
      { from: 'job:db', to: 'job:web', kind: 'start', events: ['started'] },
      { from: 'job:db', to: 'job:web', kind: 'stop', events: ['stopping'] },
    ]);
  });

  it('reads job files instead, names those with errors, and writes to a file', async () => {
    const folder = join(session.home, 'files');
    mkdirSync(folder);
    writeFileSync(join(folder, 'one.conf'), 'start on startup\nexec true\n');
    writeFileSync(join(folder, 'bad.conf'), 'frob\n');
    const file = join(session.home, 'files.svg');
    const { stdout, stderr, status } = await graph('--confdir', folder, '-o', file);
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
    expect(stderr).toBe(`upstart:${folder}/bad.conf:1: Unknown stanza\n`);
    expect(readFileSync(file, 'utf8')).toContain('1 job, 1 event, 1 edge');
  });

  it('says what is wrong', async () => {
    expect(await graph('wbe')).toMatchObject({ status: 4, stdout: '', stderr: 'upstart: unknown job: wbe\n' });
    expect(await graph('-o', join(session.home, 'none', 'x.svg'))).toMatchObject({
      status: 1,
      stderr: `upstart: cannot write ${session.home}/none/x.svg: No such file or directory\n`,
    });
  });
});
