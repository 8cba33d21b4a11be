/** The dashboard and the alerts of `examples/metrics` ask for numbers and labels that there are. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { instance, JOBS, run, WELL } from '../testing/run.ts';

const EXAMPLES = new URL('../../../../../examples/metrics/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, EXAMPLES), 'utf8');
/** Labels that Prometheus adds, renames because it has its own of that name, and those of other programs' numbers. */
const OF_PROMETHEUS = ['instance', 'job', 'file'];
const OTHERS = ['node_textfile_mtime_seconds'];

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
}

const { panels, templating } = JSON.parse(read('dashboard.json')) as {
  panels: { title: string; targets: Target[] }[];
  templating: { list: { query: string }[] };
};
const alerts = read('alerts.yml');
const rules = [...alerts.matchAll(/- alert: (\w+)\n\s+expr: (.+)\n/g)].map(([, name = '', expr = '']) => ({
  name,
  expr,
}));

/** Each number that there is, with all of its labels as Prometheus has them. */
async function known(): Promise<Map<string, Set<string>>> {
  const check = { check: 'tcp :1', healthy: false, failures: 3, answer: 'no', unhealthySince: 1 };
  const own = { ...WELL, readyMs: 250, checks: [check], processes: [{ slot: 'main' as const, pid: process.pid }] };
  const target = {
    ...{ name: 'central', state: 'retrying', reason: 'gone', sentLines: 3, droppedBytes: 1, failures: 2 },
    backlogBytes: 9,
  };
  const { out } = await run('metrics', {
    version: () => 'init',
    history: () => ({ entries: [], upTo: 1, more: false }),
    logTargets: () => [target],
    numbers: () => ({ finishedEvents: 12, pendingEvents: 1, daemonStarts: 2 }),
    leases: () => [{ job: 'web', instance: '', name: 'one', state: 'held' }],
    list: () => [{ ...JOBS[0], instances: [instance(own)] }, ...JOBS],
  });
  expect(out).toContain('upstart_job_ready_time_seconds{job="web",instance=""} 0.25\n');
  expect(out).toContain('upstart_job_lease_held{job="web",instance="",lease="one"} 1\n');
  const found = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of out.matchAll(/^([a-z_]+)(?:\{(.*)\})? /gm)) {
    const all = found.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/([a-z]+)="/g))
      all.add(label === 'job' || label === 'instance' ? `exported_${label}` : label);
    found.set(name, all);
  }
  return found;
}

/** Numbers that need a log, a state folder or processes of the machine are named by their families alone. */
const NEED_FILES = ['upstart_job_log_bytes', 'upstart_state_bytes'];

const namesIn = (expr: string): string[] => expr.match(/\b(?:upstart|node)_[a-z_]+/g) ?? [];
const labelsIn = (text: string): string[] =>
  [/\{\{(?:\s*\$labels\.)?(\w+)\s*\}\}/g, /\bby \((\w+)\)/g, /\{(\w+)=~?"/g].flatMap((form) =>
    [...text.matchAll(form)].map(([, label = '']) => label),
  );

async function expectKnown(expr: string, text = ''): Promise<void> {
  const numbers = await known();
  const names = namesIn(expr);
  expect(names, expr).not.toEqual([]);
  const labels = new Set(['exported_job', 'exported_instance', ...OF_PROMETHEUS]);
  for (const name of names) {
    if (OTHERS.includes(name)) continue;
    if (!NEED_FILES.includes(name)) expect([...numbers.keys()]).toContain(name);
    for (const label of numbers.get(name) ?? []) labels.add(label);
  }
  for (const label of labelsIn(expr + text)) expect([...labels], `${expr}: ${text}`).toContain(label);
}

describe('the dashboard', () => {
  it.each(panels.flatMap(({ title, targets }) => targets.map((target) => ({ title, ...target }))))(
    '$title: $expr',
    ({ expr, legendFormat }) => expectKnown(expr, legendFormat),
  );

  it('chooses among jobs by a number that there is', async () => {
    for (const { query } of templating.list.filter(({ query }) => query !== 'prometheus')) await expectKnown(query);
  });
});

describe('the alerts', () => {
  it.each(rules)('$name', ({ name, expr }) =>
    expectKnown(expr, new RegExp(`alert: ${name}\\n[^]*?summary: (.*)`).exec(alerts)?.[1]),
  );

  it('are all read here, and sound for promtool where that is', () => {
    expect(rules).toHaveLength(alerts.match(/- alert:/g)?.length ?? 0);
    try {
      execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    } catch {
      return;
    }
    const file = new URL('alerts.yml', EXAMPLES).pathname;
    expect(execFileSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })).toContain('SUCCESS');
  });
});
