/** examples/four-services: the orders of its starts and stops, and what follows when its database is killed. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../packages/protocol/src/index.ts';
import { historyOf } from '../chaos/history.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { ROOT } from '../session/product.ts';

const EXAMPLE = join(ROOT, 'examples/four-services');
const ORDER = ['database', 'redis', 'web', 'worker'];
const files = (folder: string): string[] =>
  readdirSync(join(EXAMPLE, folder)).map((name) => join(EXAMPLE, folder, name));

let session: Session;
/** Of the last entry that earlier tests have looked at. */
let seen = 0;

beforeAll(async () => {
  // The ports of the example may be in use here; each stands in one place.
  const ports = new Map<string, string>();
  const jobs: Record<string, string> = {};
  for (const path of files('upstart')) {
    const text = readFileSync(path, 'utf8');
    for (const [port] of text.matchAll(/\b84\d\d\b/g)) ports.set(port, String(await freePort()));
    jobs[basename(path, '.conf')] = text
      .replace(/\b84\d\d\b/g, (port) => ports.get(port) as string)
      .replace(/\bnode programs\//g, `${process.execPath} ${EXAMPLE}/programs/`);
  }
  expect(ports.size).toBe(3);
  session = await Session.start({ jobs });
});
afterAll(() => session?.kill());

const status = async (job: string): Promise<string> => (await session.run('status', job)).stdout.trim();
const pidOf = async (job: string): Promise<number> => Number(/process (\d+)/.exec(await status(job))?.[1]);
const run = (job: string) =>
  eventually(`${job} runs`, async () => (await status(job)).startsWith(`${job} start/running, process`));

/** What has happened to the four since the call before. */
async function news(): Promise<HistoryEntry[]> {
  const entries = (await historyOf(session, ...ORDER)).filter(({ id }) => id > seen);
  seen = entries.at(-1)?.id ?? seen;
  return entries;
}

/** The changes that make up the order, as text. */
function steps(entries: HistoryEntry[]): string[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'process' && entry.process === 'main') return `${entry.job} has a process`;
    if (entry.kind === 'exit') return `${entry.job} has none`;
    return entry.kind === 'state' && entry.to === 'running' ? `${entry.job} answers` : [];
  });
}

const starts = (jobs: string[]): string[] => jobs.flatMap((job) => [`${job} has a process`, `${job} answers`]);
const stops = (jobs: string[]): string[] => jobs.map((job) => `${job} has none`);
const causes = (entries: HistoryEntry[], to: string): string[] =>
  entries.flatMap((entry) => (entry.kind === 'goal' && entry.to === to ? `${entry.job}: ${entry.cause.text}` : []));

describe('the example of four services', () => {
  it('has no sleep in any file', () => {
    for (const path of [...files('upstart'), ...files('programs')])
      expect(readFileSync(path, 'utf8')).not.toMatch(/sleep/i);
  });

  it('is what docs/readiness.md shows', () => {
    const page = readFileSync(join(ROOT, 'docs/readiness.md'), 'utf8');
    for (const path of files('upstart')) {
      const lines = readFileSync(path, 'utf8').split('\n');
      const shown = lines
        .filter((line) => line !== '' && !/^(#|description)/.test(line))
        .map((line) => `    ${line}\n`);
      expect(page).toContain(`\`${basename(path)}\`:\n\n${shown.join('')}\n`);
    }
  });

  it('starts each when the one before it answers', async () => {
    await run('worker');
    const entries = await news();
    expect(steps(entries)).toEqual(starts(ORDER));
    expect(causes(entries, 'start')).toEqual([
      expect.stringContaining('starting JOB=shop'),
      expect.stringContaining('started JOB=database'),
      expect.stringContaining('started JOB=redis'),
      expect.stringContaining('started JOB=web'),
    ]);
    const page = await fetch(`http://127.0.0.1:${await webPort()}/`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(/^database \d+, redis \d+\n$/)]);
  });

  it('restarts behind a killed database those whose files ask for it, and no others', async () => {
    const before = await Promise.all(ORDER.map(pidOf));
    process.kill(before[0] as number, 'SIGKILL');
    await eventually(
      'the web server is another one',
      async () => ![before[2], Number.NaN].includes(await pidOf('web')),
    );
    await run('web');
    const entries = await news();
    expect(steps(entries)).toEqual([...stops(['database', 'web', 'redis']), ...starts(['database', 'redis', 'web'])]);
    expect(await pidOf('worker')).toBe(before[3]);
    expect(entries.filter((entry) => 'job' in entry && entry.job === 'worker')).toEqual([]);
  });

  it('stops in the reverse order, and starts again in order', async () => {
    expect((await session.run('stop', 'shop')).stdout).toBe('shop stop/waiting\n');
    await eventually('the database has stopped', async () => (await status('database')) === 'database stop/waiting');
    const entries = await news();
    expect(steps(entries)).toEqual(stops(ORDER.toReversed()));
    expect((await session.run('start', 'shop')).stdout).toBe('shop start/running\n');
    await run('worker');
    expect(steps(await news())).toEqual(starts(ORDER));
  });

  it('says nothing that a checker would mend', async () => {
    const { status: code, stdout, stderr } = await session.run('upstart', 'check', join(EXAMPLE, 'upstart'));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('warning');
  });
});

async function webPort(): Promise<number> {
  const { stdout } = await session.run('upstart', 'history', 'worker', '--json', '--all');
  return Number(/WEB_PORT=(\d+)/.exec(stdout)?.[1]);
}
