/** A session boots as `upstart simulate boot` has said: the examples, and job folders that are generated from seeds. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { HistoryEntry, SimulatedChange, SimulationResult } from '../../packages/protocol/src/index.ts';
import { Random } from '../chaos/random.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { ROOT } from '../session/product.ts';
import { expectSameOrder, expectWhatIsPromised, isOver } from './reality.ts';
import { SessionInit, type SessionSettings } from './session-init.ts';

type Jobs = Record<string, string>;

const MAIN = { service: 'exec sleep 1000\n', task: 'task\nexec true\n' };
type Kind = keyof typeof MAIN;
const HOOKS = ['pre-start exec true\n', 'post-start exec true\n', 'post-stop exec true\n'];

/** A task has no post-start: it races with the main process, as the task may end before that has run, or after. */
const hooksOf = (random: Random, kind: Kind): string =>
  HOOKS.filter((hook) => random.chance(0.3) && !(kind === 'task' && hook.startsWith('post-start'))).join('');
const kindOf = (random: Random): Kind => (random.chance(0.4) ? 'task' : 'service');

/** Each job waits for the one before: nothing races. */
function chain(random: Random): Jobs {
  const jobs: Jobs = {};
  let start = 'startup';
  for (let i = 0; i < 8; i++) {
    const kind = kindOf(random);
    jobs[`j${i}`] = `start on ${start}\n${hooksOf(random, kind)}${MAIN[kind]}`;
    start = `${kind === 'task' ? 'stopped' : 'started'} j${i}`;
  }
  return jobs;
}

/** Jobs that wait for some of those before them. What they do depends on no race: `or` has parts of which one comes first, or one instance each. */
function net(random: Random): Jobs {
  const jobs: Jobs = {};
  const kinds: Kind[] = [];
  for (let i = 0; i < 12; i++) {
    const drawn = kindOf(random);
    const after = (): string => {
      const of = random.below(i);
      return `${kinds[of] === 'task' ? 'stopped' : 'started'} j${of}`;
    };
    const start =
      i < 2
        ? 'startup'
        : random.pick([
            after,
            () => `${after()} and ${after()}`,
            () => `(${after()} or never) and ${after()}`,
            () => (drawn === 'task' ? after() : `startup or ${after()}`),
            () => `starting j${i - 1}`,
          ])();
    const kind = start.startsWith('starting') ? 'task' : drawn;
    jobs[`j${i}`] = `start on ${start}\n${hooksOf(random, kind)}${MAIN[kind]}`;
    kinds.push(kind);
  }
  jobs.each = `start on started j0 or started j1\ninstance $JOB\n${MAIN.service}`;
  return jobs;
}

async function booted(settings: SessionSettings, confdir: (session: SessionInit) => string, actions: string[][] = []) {
  const session = await SessionInit.start(settings);
  onTestFinished(async () => {
    await session.end();
    session.remove();
  });
  const words = ['boot', ...actions.flatMap((action) => ['then', ...action])];
  const simulated = await session.run('upstart', 'simulate', ...words, '--confdir', confdir(session), '--json');
  const { changes, errors } = JSON.parse(simulated.stdout) as SimulationResult;
  expect(errors).toEqual([]);
  for (const action of actions) expect(await session.run('initctl', ...action)).toMatchObject({ status: 0 });
  return { changes, entries: await entriesOf(session, changes) };
}

async function entriesOf(session: SessionInit, changes: readonly SimulatedChange[]): Promise<HistoryEntry[]> {
  return eventually('all that was simulated has happened', async () => {
    const { stdout } = await session.run('upstart', 'history', '--json', '-n', '10000');
    const entries = JSON.parse(stdout) as HistoryEntry[];
    return isOver(changes, entries) ? entries : null;
  });
}

const ownFolder = ({ home }: SessionInit): string => join(home, '.config/upstart');

it.each([1, 2, 3])('chain %i: all changes come in the order of the simulation', async (seed) => {
  const { changes, entries } = await booted({ jobs: chain(new Random(seed)) }, ownFolder);
  expectSameOrder(changes, entries);
});

it.each([1, 2, 3, 4, 5, 6])('net %i: each job does what was simulated, after what led to it', async (seed) => {
  const { changes, entries } = await booted({ jobs: net(new Random(seed)) }, ownFolder);
  expect(expectWhatIsPromised(changes, entries)).toBeGreaterThan(4);
});

it('the examples, with events and requests after the boot', async () => {
  const examples = join(ROOT, 'examples');
  const folder = (session: SessionInit): string => join(session.product.folder, 'jobs');
  const beside = await SessionInit.start();
  onTestFinished(() => beside.remove());
  await beside.end();
  cpSync(join(examples, 'jobs'), folder(beside), { recursive: true });
  const web = join(folder(beside), 'web.conf');
  writeFileSync(web, readFileSync(web, 'utf8').replace(/PORT=\d+/, `PORT=${await freePort()}`));
  const settings = { beside, cwd: examples, options: ['--confdir', folder(beside)] };
  const { changes, entries } = await booted(settings, folder, [
    ['emit', 'arrived', 'GUEST=ada'],
    ['emit', 'upload', 'FILE=cat.png'],
    ['start', 'old-style-daemon'],
    ['start', 'forking-server'],
    ['emit', 'left', 'GUEST=ada'],
    ['start', 'database'],
    ['stop', 'database'],
  ]);
  expect(expectWhatIsPromised(changes, entries)).toBeGreaterThan(0);
});
