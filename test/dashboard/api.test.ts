/** The HTTP API in front of a live session. */

import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { RunningGateway } from './gateway.ts';

const JOBS = {
  web: 'start on started db\nexec sleep 1000\n',
  db: 'exec sleep 1000\n',
  fails: 'task\nexec sh -c "exit 3"\n',
  talks: 'script\n  echo one\n  echo two\n  while read line; do :; done < /dev/zero\nend script\n',
  speaks: 'instance $N\nexec sh -c "echo I am $N; sleep 1000"\n',
  broken: 'exce nothing\n',
  hello: 'task\nexec echo hello\n',
};

let session: SessionInit;
let gateway: RunningGateway;
beforeAll(async () => {
  session = await SessionInit.start({ jobs: JOBS });
  gateway = await RunningGateway.start(session);
});
afterAll(async () => {
  await gateway?.end();
  await session?.end();
  session?.remove();
});

const API = '/api/v1';
const gatewaySocket = (): string => `unix:${gateway.socket}`;

describe('the API', () => {
  it('listens at a socket of the user alone', () => {
    expect(gateway.socket).toMatch(/\/dashboard\.sock$/);
    expect(statSync(gateway.socket).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['unix:/nonexistent/folder/socket', 'there is no such folder'],
    [gatewaySocket, 'another dashboard does already'],
    ['192.0.2.1:80', 'Cannot assign requested address'],
  ])('ends where it cannot listen: at %s', async (place, why) => {
    const listen = typeof place === 'string' ? place : place();
    const { status, stderr } = await session.run('upstart', 'dashboard', '--no-open', '--listen', listen);
    expect([status, stderr]).toEqual([1, `upstart: cannot listen at ${listen.replace('unix:', '')}: ${why}\n`]);
  });

  it('lists jobs as ps does', async () => {
    const rows = (await gateway.ask(`${API}/jobs`)).json();
    const { stdout } = await session.run('upstart', 'ps', '--json');
    const names = (list: { job: string }[]) => list.map(({ job }) => job);
    expect(names(rows)).toEqual(names(JSON.parse(stdout)));
    expect(rows[0]).toMatchObject({ job: 'broken', health: 'broken' });
  });

  it('starts, restarts and stops a job, and answers with its status', async () => {
    const started = await gateway.post(`${API}/jobs/db/start`);
    expect(started.status).toBe(200);
    expect(started.json()).toMatchObject({ job: 'db', instances: [{ goal: 'start', state: 'running' }] });
    expect((await gateway.post(`${API}/jobs/db/start`, { wait: false })).json()).toMatchObject({
      ...{ type: 'urn:upstart:already-started', code: 'already-started', status: 409 },
      title: 'Job is already running: db',
    });
    await eventually(async () => (await gateway.ask(`${API}/jobs/web`)).json()[0].state === 'start/running');
    expect((await gateway.post(`${API}/jobs/web/stop`)).json()).toEqual({ job: 'web', instances: [] });
    const [{ pid }] = (await gateway.ask(`${API}/jobs/db`)).json();
    const again = (await gateway.post(`${API}/jobs/db/restart`)).json();
    expect(again.instances[0].processes[0].pid).not.toBe(pid);
    for (const job of ['db', 'web'])
      expect((await gateway.post(`${API}/jobs/${job}/stop`)).json()).toEqual({ job, instances: [] });
  });

  it('names instances by variables or exactly', async () => {
    expect((await gateway.post(`${API}/jobs/speaks/start`, { env: ['N=a b'] })).json().instances[0].name).toBe('a b');
    expect((await gateway.post(`${API}/jobs/speaks/stop`, { instance: 'a b' })).status).toBe(200);
    expect((await gateway.post(`${API}/jobs/speaks/stop`, { instance: 'a b' })).json().code).toBe('unknown-instance');
  });

  it('answers errors as problems, with the names of the protocol', async () => {
    const unknown = await gateway.ask(`${API}/jobs/nothing/explain`);
    expect(unknown.headers['content-type']).toBe('application/problem+json');
    expect(unknown.json()).toEqual({
      ...{ type: 'urn:upstart:unknown-job', code: 'unknown-job', status: 404 },
      title: 'Unknown job: nothing',
    });
    expect((await gateway.post(`${API}/jobs/fails/start`)).json()).toMatchObject({ code: 'job-failed-to-start' });
    expect((await gateway.post(`${API}/jobs/db/start`, { whait: true })).json()).toMatchObject({ status: 400 });
    expect((await gateway.ask(`${API}/history?limit=x`)).json()).toMatchObject({ status: 400, code: 'bad-request' });
    expect((await gateway.ask(`${API}/nothing`)).json()).toMatchObject({ status: 404, code: 'not-found' });
    expect((await gateway.ask(`${API}/jobs`, { method: 'DELETE' })).json().code).toBe('not-found');
  });

  it('explains, simulates, draws, and shows files with what is wrong in them', async () => {
    expect((await gateway.ask(`${API}/jobs/web/explain`)).json().startOn.condition).toBe('started db');
    expect((await gateway.ask(`${API}/troubles`)).json().causes[0]).toMatchObject({ kind: 'broken', job: 'broken' });
    const simulated = await gateway.post(`${API}/simulate`, { actions: [{ type: 'start', job: 'db' }] });
    expect(simulated.json().changes.map(({ job }: { job: string }) => job)).toContain('web');
    const file = (await gateway.ask(`${API}/jobs/broken/file`)).json();
    expect(file.text).toBe(JOBS.broken);
    expect(file.checked[0].errors).toHaveLength(1);
    for (const picture of ['graph', 'plot']) {
      const { text, headers } = await gateway.ask(`${API}/${picture}.svg?${picture === 'plot' ? 'sinceMs=1' : ''}`);
      expect(headers['content-type']).toBe('image/svg+xml');
      expect(text).toContain('<svg');
    }
    expect((await gateway.ask(`${API}/version`)).json()).toMatchObject({ isReadOnly: false });
  });

  it('emits events', async () => {
    const { headers } = await gateway.post(`${API}/events`, { name: 'rain', env: ['A=1'] });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    const { entries } = (await gateway.ask(`${API}/history`)).json();
    expect(entries.at(-1)).toMatchObject({ kind: 'event', event: 'rain A=1' });
    expect((await gateway.post(`${API}/events`, { name: '' })).status).toBe(400);
  });

  it('has the last lines of logs', async () => {
    await gateway.post(`${API}/jobs/hello/start`);
    const lines = await eventually(async () => {
      const found = (await gateway.ask(`${API}/jobs/hello/logs`)).json();
      return found.length > 0 && found;
    });
    expect(lines.at(-1)).toMatchObject({ log: 'hello', text: 'hello' });
    expect((await gateway.ask(`${API}/jobs/db*/logs`)).status).toBe(404);
  });

  it('changes nothing when it is read-only', async () => {
    const reader = await RunningGateway.start(session, '--listen', `unix:${session.runtime}/ro.sock`, '--read-only');
    onTestFinished(() => reader.end());
    expect((await reader.post(`${API}/jobs/db/start`)).json()).toMatchObject({ status: 403, code: 'read-only' });
    expect((await reader.ask(`${API}/version`)).json().isReadOnly).toBe(true);
  });

  it('describes itself', async () => {
    const document = (await gateway.ask(`${API}/openapi.json`)).json();
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths[`${API}/jobs/{job}/start`].post.requestBody).toBeTruthy();
  });
});
