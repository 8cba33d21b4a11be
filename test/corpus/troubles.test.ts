/**
 * Forty of the real job files, booted: the answers of `upstart ps --failed` and `upstart explain` agree with what happened
 * (UPSTART_CORPUS). Conditions, settings and names are those of the files; their commands are replaced by harmless ones, as the
 * real ones would change the machine.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Notification, Troubles } from '../../packages/protocol/src/index.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { expectGrouped } from './grouping.ts';
import { BOOT, chosen, harmless } from './harmless.ts';

const corpus = process.env.UPSTART_CORPUS;
const title = corpus === undefined ? 'forty files of a corpus (UPSTART_CORPUS does not name one)' : `of ${corpus}`;

describe.skipIf(corpus === undefined)(title, () => {
  let session: Session;
  const notified: Notification[] = [];

  beforeAll(async () => {
    const jobs = join(corpus ?? '', 'jobs');
    session = await Session.start({ options: ['--verbose', '--no-startup-event'] });
    const watch = spawn(join(session.folder, 'product/bin/initctl'), ['watch', '--json'], {
      env: session.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let pending = '';
    watch.stdout.on('data', (data) => {
      const lines = (pending + data).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) notified.push(JSON.parse(line) as Notification);
    });
    await eventually('it watches', async () => {
      await session.run('initctl', 'emit', '--no-wait', 'probe');
      return notified.length > 0;
    });
    chosen(jobs).forEach(([job, file], number) => {
      session.job(job, harmless(readFileSync(join(jobs, file), 'latin1'), number));
    });
    await session.run('initctl', 'reload-configuration');
    for (const event of BOOT) await session.run('initctl', 'emit', '--no-wait', ...event.split(' '));
    await eventually('the machine has booted', () =>
      notified.some((one) => one.event === 'event-emitted' && one.name === 'runlevel'),
    );
  });
  afterAll(() => session?.kill());

  /** From the notifications and the log, independent of the commands that are tested below. */
  function happened(): string[] {
    const failed = notified.flatMap((one) => (one.event === 'failed' ? [one.job] : []));
    const broken = [...session.said.matchAll(/^init:\S*\/([^/\s]+)\.conf:\d+: /gm)].map(([, job = '']) => job);
    const refused = [...session.said.matchAll(/^init: Failed to obtain (\S+) instance/gm)].map(([, job = '']) => job);
    return [...new Set([...failed, ...broken, ...refused])].sort();
  }

  async function json<T>(...words: string[]): Promise<T> {
    return JSON.parse((await session.run('upstart', ...words, '--json')).stdout) as T;
  }

  async function failed(): Promise<string[]> {
    return [...new Set((await json<{ job: string }[]>('ps', '--failed')).map(({ job }) => job))].sort();
  }

  /** The causes, and those that have failed, at one moment: jobs that the events have started may still be about to fail. */
  function agreed(): Promise<{ troubles: Troubles; names: string[] }> {
    return eventually('they agree', async () => {
      const names = await failed();
      const troubles = await json<Troubles>('explain');
      const isOneMoment = isDeepStrictEqual(names, await failed()) && isDeepStrictEqual(names, happened());
      return isOneMoment && { troubles, names };
    });
  }

  test('ps --failed names those that failed, and no others', async () => {
    await agreed();
    expect(happened().length).toBeGreaterThan(3);
    expect((await session.run('upstart', 'ps', '--failed')).status).toBe(1);
  });

  test('explain has a cause for each of them, and each waiting job once, behind its cause', async () => {
    const { troubles, names } = await agreed();
    expectGrouped(troubles, names);
  });
});
