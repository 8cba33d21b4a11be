import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricFamily } from '@upstart/ctl/parts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { varlinkServer } from './server.ts';

const FAMILIES: MetricFamily[] = [
  {
    ...{ name: 'upstart_job_up', type: 'gauge', help: 'Whether it runs.' },
    samples: {
      labels: [{ job: 'web', instance: '' }, { job: 'idle' }, { job: 'worker', instance: '2', check: 'tcp' }],
      values: [1, null, 0],
    },
  },
  { name: 'upstart_events_total', type: 'counter', help: 'Events.', samples: { labels: [{}], values: [7] } },
  { name: 'upstart_nothing', type: 'gauge', help: '', samples: { labels: [{ job: 'web' }], values: [null] } },
];

let folder: string;
let server: Server;
let families: readonly MetricFamily[] = FAMILIES;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'upstart-varlink-'));
  families = FAMILIES;
  server = varlinkServer(async () => families);
  await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** What these bytes are answered with, up to the last reply of the last call, or the end of the connection. */
function answers(
  bytes: string,
  calls = 1,
): Promise<{ error?: string; parameters: Record<string, unknown>; continues?: boolean }[]> {
  return new Promise((resolve) => {
    let said = '';
    const replies = () =>
      said
        .split('\0')
        .slice(0, -1)
        .map((text) => JSON.parse(text));
    const socket = createConnection(join(folder, 'socket'), () => socket.write(bytes));
    socket.on('data', (data) => {
      said += data;
      if (replies().filter(({ continues }) => continues !== true).length === calls) socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(replies()));
  });
}

const ask = (method: string, more = true, parameters = {}) =>
  answers(`${JSON.stringify({ method, parameters, more })}\0`);

test('List has a reply for each number', async () => {
  expect(await ask('io.systemd.Metrics.List')).toEqual([
    { parameters: { name: 'com.ubuntu.Upstart.job_up', value: 1, object: 'web' }, continues: true },
    {
      parameters: { name: 'com.ubuntu.Upstart.job_up', value: 0, object: 'worker/2', fields: { check: 'tcp' } },
      continues: true,
    },
    { parameters: { name: 'com.ubuntu.Upstart.events_total', value: 7 } },
  ]);
});

test('Describe has one for each family', async () => {
  expect(await ask('io.systemd.Metrics.Describe')).toEqual([
    {
      parameters: { name: 'com.ubuntu.Upstart.job_up', description: 'Whether it runs.', type: 'gauge' },
      continues: true,
    },
    { parameters: { name: 'com.ubuntu.Upstart.events_total', description: 'Events.', type: 'counter' } },
  ]);
});

test('errors are those of the protocol and of the interface', async () => {
  const error = async (...call: Parameters<typeof ask>) => (await ask(...call))[0]?.error;
  expect(await error('io.systemd.Metrics.List', false)).toBe('org.varlink.service.ExpectedMore');
  expect(await error('io.systemd.Metrics.Other')).toBe('org.varlink.service.MethodNotFound');
  expect(await error('io.systemd.Other.List')).toBe('org.varlink.service.InterfaceNotFound');
  expect(await error('org.varlink.service.GetInterfaceDescription')).toBe('org.varlink.service.InvalidParameter');
  families = [];
  expect(await error('io.systemd.Metrics.List')).toBe('io.systemd.Metrics.NoSuchMetric');
});

test('the service describes itself', async () => {
  const [info] = await ask('org.varlink.service.GetInfo', false);
  expect(info?.parameters.interfaces).toEqual(['org.varlink.service', 'io.systemd.Metrics']);
  const wanted = { interface: 'io.systemd.Metrics' };
  const [description] = await ask('org.varlink.service.GetInterfaceDescription', false, wanted);
  expect(description?.parameters.description).toContain('method List()');
});

test('calls are answered in their order, and what is no call ends the connection', async () => {
  const two = ['io.systemd.Metrics.Describe', 'org.varlink.service.GetInfo'];
  const replies = await answers(two.map((method) => `${JSON.stringify({ method, more: true })}\0`).join(''), 2);
  expect(replies.map(({ continues }) => continues === true)).toEqual([true, false, false]);
  for (const bytes of ['nonsense\0', '{"method":1}\0', '{"method":"a","parameters":null}\0', 'x'.repeat(70_000)])
    expect(await answers(bytes)).toEqual([]);
});
