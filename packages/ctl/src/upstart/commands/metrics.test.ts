import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { numbersOf } from '@upstart/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metricsText, type Samples } from '../metrics/text.ts';
import { fail, instance, JOBS, run, WELL } from '../testing/run.ts';

const HISTORY = { entries: [], upTo: 4711, more: false };
const NUMBERS = { finishedEvents: 12, pendingEvents: 1, daemonStarts: 2 };
const TARGET = {
  ...{ name: 'central', state: 'retrying', reason: 'gone', sentLines: 3, droppedBytes: 1, failures: 2 },
  backlogBytes: 9,
};
const answers = {
  version: () => 'init (upstart 2.0)',
  history: () => HISTORY,
  logTargets: () => [TARGET],
  numbers: () => NUMBERS,
};

/** The form of each line; promtool, where it is, looks at more. */
const LINE =
  /^(# HELP [a-z_]+ .+|# TYPE [a-z_]+ (counter|gauge)|[a-z_]+(\{([a-z]+="([^"\\\n]|\\[\\"n])*",?)+\})? -?[0-9.e+-]+)$/;

function expectSound(text: string): void {
  for (const line of text.trimEnd().split('\n')) expect(line).toMatch(LINE);
  const names = text.match(/^# TYPE \S+/gm) ?? [];
  expect(new Set(names).size).toBe(names.length);
}

describe('metrics', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'upstart-metrics-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are numbers of init and its jobs', async () => {
    const { status, out } = await run('metrics', answers);
    expect(status).toBe(0);
    expectSound(out);
    for (const line of [
      'upstart_init_info{version="init (upstart 2.0)"} 1',
      'upstart_jobs{health="failed"} 1',
      'upstart_instances{state="running"} 2',
      'upstart_broken_files 1',
      'upstart_job_failed{job="db",health="failed",reason="exit 3"} 1',
      'upstart_job_up{job="web",instance=""} 1',
      'upstart_job_up{job="worker",instance="2"} 0',
      'upstart_job_cpu_seconds_total{job="web",instance=""} 1.234',
      'upstart_job_memory_bytes{job="web",instance=""} 12900000',
      'upstart_job_log_dropped_bytes{job="web",instance=""} 0',
      'upstart_history_entries_total 4711',
      'upstart_events_total 12',
      'upstart_events_pending 1',
      'upstart_daemon_starts_total 2',
      'upstart_log_target_up{target="central"} 0',
      'upstart_log_target_backlog_bytes{target="central"} 9',
    ])
      expect(out.split('\n')).toContain(line);
  });

  it('are the same from the columns that init answers with as from its list of jobs', async () => {
    const fromList = await run('metrics', answers);
    const fromColumns = await run('metrics', {
      ...answers,
      jobNumbers: () => numbersOf(JOBS),
      list: fail(new Error()),
    });
    expect(fromColumns.status).toBe(0);
    expect(fromColumns.out).toBe(fromList.out);
  });

  it('have checks, processes and troubles, and go without a history that is denied', async () => {
    const checks = [
      { check: 'http "a"', healthy: false, failures: 3, answer: 'no', unhealthySince: 1 },
      { check: 'tcp :1', healthy: null, failures: 0, answer: null, unhealthySince: null },
    ];
    const logTrouble = { path: '/log', error: 'full', meaning: null, since: 1, dropped: 99 };
    const own = instance({
      ...WELL,
      readyMs: 1250,
      checks,
      logTrouble,
      processes: [{ slot: 'main', pid: process.pid }],
    });
    const { out } = await run('metrics', {
      ...answers,
      list: () => [{ ...JOBS[0], instances: [own] }],
      history: () => {
        throw new Error('denied');
      },
    });
    expectSound(out);
    expect(out).toContain('upstart_job_check_healthy{job="web",instance="",check="http \\"a\\""} 0\n');
    expect(out).toContain('upstart_job_ready_time_seconds{job="web",instance=""} 1.25\n');
    expect(out).toContain('upstart_job_check_failures{job="web",instance="",check="tcp :1"} 0\n');
    expect(out).toContain('upstart_job_log_dropped_bytes{job="web",instance=""} 99\n');
    expect(out).toMatch(/^upstart_job_open_fds\{job="web",instance=""\} \d+$/m);
    expect(out).not.toContain('history');
    expect(out).not.toContain('check_healthy{job="web",instance="",check="tcp');
  });

  it('replace a file at once, and leave none half written', async () => {
    const path = join(folder, 'upstart.prom');
    for (let time = 0; time < 2; time++) {
      expect(await run(`metrics --textfile ${path}`, answers)).toMatchObject({ status: 0, out: '', err: '' });
      expect(readdirSync(folder)).toEqual(['upstart.prom']);
    }
    expectSound(readFileSync(path, 'utf8'));
    const missing = join(folder, 'none', 'upstart.prom');
    const err = `upstart: Unable to write ${missing}: No such file or directory\n`;
    expect(await run(`metrics --textfile ${missing}`, answers)).toMatchObject({ status: 1, err });
  });

  it('escape what labels may hold', () => {
    const labels = { job: 'a"b\\c\nd\ud800' };
    const textOf = (samples: Samples) =>
      [...metricsText([{ name: 'x', type: 'gauge', help: 'a\nb', samples }])].join('');
    const text = textOf({ labels: [labels, {}], values: [Number.NaN, null] });
    expect(text).toBe('# HELP x a\\nb\n# TYPE x gauge\nx{job="a\\"b\\\\c\\nd\ufffd"} NaN\n');
    expect(textOf({ labels: [labels], values: [null] })).toBe('');
  });

  it.runIf(hasPromtool())('are clean for promtool (skipped where that is not installed)', async () => {
    const { out } = await run('metrics', answers);
    expect(execFileSync('promtool', ['check', 'metrics'], { input: out, encoding: 'utf8', stdio: 'pipe' })).toBe('');
  });
});

function hasPromtool(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
