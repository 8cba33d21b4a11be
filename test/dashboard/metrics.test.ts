/** `GET /metrics` of the gateway: as a scraper asks for it, and Prometheus itself. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { missingPrograms } from '../programs.ts';
import { ROOT } from '../session/product.ts';
import { RunningGateway } from './gateway.ts';

let session: SessionInit;
let gateway: RunningGateway;
beforeAll(async () => {
  session = await SessionInit.start({ jobs: { web: 'exec sleep 1000\n' } });
  await session.run('start', 'web');
  gateway = await RunningGateway.start(session, '--listen', '0');
});
afterAll(async () => {
  await gateway?.end();
  await session?.end();
  session?.remove();
});

const authorized = (accept: string) => ({ headers: { authorization: `Bearer ${gateway.token}`, accept } });

test('a scraper gets OpenMetrics, or the older text, and needs the token', async () => {
  const open = await gateway.ask('/metrics', authorized('application/openmetrics-text;version=1.0.0,text/plain;q=0.5'));
  expect(open.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  expect(open.text).toMatch(/^upstart_job_up\{job="web",instance=""\} 1$/m);
  expect(open.text).toMatch(/^# TYPE upstart_history_entries counter\nupstart_history_entries_total \d+$/m);
  expect(open.text).toMatch(/\n# EOF\n$/);
  expect(open.text).toMatch(/^upstart_job_memory_bytes\{job="web",instance=""\} [1-9]\d+$/m);
  expect(open.text).toMatch(/^upstart_job_cpu_seconds_total\{job="web",instance=""\} [\d.]+$/m);
  expect(open.text).toMatch(/^upstart_job_open_fds\{job="web",instance=""\} [1-9]\d*$/m);
  const text = await gateway.ask('/metrics', authorized('text/plain'));
  expect(text.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(text.text).toMatch(/^# TYPE upstart_history_entries_total counter$/m);
  expect(text.text).not.toContain('# EOF');
  expect((await gateway.ask('/metrics', { headers: { authorization: '' } })).status).toBe(401);
});

const example = (file: string): string => readFileSync(join(ROOT, 'examples/metrics', file), 'utf8');
const dashboardExpressions = (): string[] =>
  (JSON.parse(example('dashboard.json')) as { panels: { targets: { expr: string }[] }[] }).panels.flatMap(
    ({ targets }) => targets.map(({ expr }) => expr.replaceAll('$job', '.*')),
  );
const alertExpressions = (): string[] =>
  [...example('alerts.yml').matchAll(/expr: (.+)/g)].map(([, expr = '']) => expr);

test.skipIf(missingPrograms(['prometheus']).length > 0)('Prometheus scrapes it', async () => {
  const port = await freePort();
  const folder = join(session.home, 'prometheus');
  mkdirSync(folder);
  writeFileSync(join(folder, 'token'), gateway.token);
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    `scrape_configs:
  - job_name: upstart
    scrape_interval: 1s
    authorization: {credentials_file: ${join(folder, 'token')}}
    static_configs: [{targets: ['127.0.0.1:${gateway.port}']}]
`,
  );
  const place = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  const prometheus = spawn('prometheus', [...place, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
  onTestFinished(() => void prometheus.kill('SIGKILL'));
  const query = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent('upstart_job_up{exported_job="web"}')}`;
  const value = await eventually('the sample is there', async () => {
    const answer = await fetch(query).catch(() => null);
    if (!answer?.ok) return null;
    const found = (await answer.json()) as { data?: { result?: { value: [number, string] }[] } };
    return found.data?.result?.[0]?.value[1];
  });
  expect(value).toBe('1');
  for (const expr of [...dashboardExpressions(), ...alertExpressions()]) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`);
    expect(await answer.json(), expr).toMatchObject({ status: 'success' });
  }
});
