/** Signals of jobs whose files are read again (reference: dbus §8), on the engine itself. */
import { parseJob } from '@upstart/job-language';
import type { Notification } from '@upstart/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { UntimedInput } from '../engine/model/messages.ts';
import { TestWorld } from '../engine/testing/world.ts';
import { Definitions } from '../start-up/definitions.ts';
import { JOBS_A_TURN, JobSignals } from './job-signals.ts';

const RUNS = 'instance $N\n';

let world: TestWorld;
let watchers: Set<(notification: Notification) => void>;
let signals: JobSignals;
let definitions: Definitions;
/** The signals that a D-Bus client gets, and those that another one gets. */
let heard: string[];
let watched: string[];
let told: number;

let queue: (() => unknown)[];

/** Carries out something at the end of the turn, and then its effects, as the runner does. */
function run(act: () => unknown): void {
  if (queue.push(act) > 1) return;
  queueMicrotask(() => {
    for (const queued of queue.splice(0)) queued();
    for (const effect of world.effects.slice(told)) {
      if (effect.type === 'notify') for (const watcher of watchers) watcher(effect.notification);
    }
    told = world.effects.length;
  });
}

const writes = (lines: string[]) => (notification: Notification) => {
  const { event } = notification;
  if (event === 'event-emitted') lines.push(`${event} ${notification.name}`);
  else if (/^(job|instance)-/.test(event) && 'job' in notification) lines.push(`${event} ${notification.job}`);
};
const client = (notification: Notification): void => writes(heard)(notification);
const REPLACED = ['job-removed svc', 'job-added svc'];

beforeEach(async () => {
  world = new TestWorld();
  watchers = new Set();
  heard = [];
  watched = [];
  told = 0;
  queue = [];
  const submit = (input: UntimedInput): void => run(() => world.input(input));
  signals = new JobSignals({ engine: world.engine, watchers });
  definitions = new Definitions({ engine: world.engine, submit }, (name) => signals.replaced(name));
  file('svc');
  file('other');
  await turn();
  signals.add(client);
  watchers.add(writes(watched));
});

function file(name: string, text = RUNS): void {
  definitions.take(name, parseJob(text, { name, path: `/conf/${name}.conf` }));
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function said(): Promise<string[]> {
  await turn();
  return heard.splice(0);
}
async function start(...names: string[]): Promise<void> {
  for (const name of names) run(() => world.start('svc', `N=${name}`));
  await turn();
  heard.splice(0);
  watched.splice(0);
}

it('a file that was touched removes and adds its job, which no other client hears of', async () => {
  file('svc');
  expect(await said()).toEqual(REPLACED);
  expect(watched).toEqual([]);
});

it('a changed file does so once', async () => {
  file('svc', `${RUNS}author "x"\n`);
  expect(await said()).toEqual(REPLACED);
  expect(watched).toEqual(REPLACED);
});

it('a file that comes or goes adds or removes its job', async () => {
  file('new');
  expect(await said()).toEqual(['job-added new']);
  definitions.take('new', null);
  expect(await said()).toEqual(['job-removed new']);
  definitions.take('unknown', null);
  expect(await said()).toEqual([]);
});

it('a reload does so with every job, read again or not', async () => {
  file('other', `${RUNS}author "x"\n`);
  signals.reloaded();
  expect(await said()).toEqual(['job-removed other', 'job-added other', ...REPLACED]);
});

it.each([
  ['was reloaded', () => signals.reloaded()],
  ['was touched', () => file('svc')],
  ['was changed', () => file('svc', `${RUNS}author "x"\n`)],
  [
    'was changed and changed back',
    () => {
      file('svc', `${RUNS}author "x"\n`);
      file('svc');
    },
  ],
])('a running job that %s does so after its last instance, which is not removed by itself', async (_, act) => {
  await start('a', 'b');
  act();
  expect((await said()).filter((line) => line.endsWith('svc'))).toEqual([]);
  run(() => world.stop('svc', 'N=a'));
  expect(await said()).toEqual(['instance-removed svc', 'event-emitted stopping', 'event-emitted stopped']);
  run(() => world.start('svc', 'N=c'));
  run(() => world.stop('svc', 'N=b'));
  await said();
  run(() => world.stop('svc', 'N=c'));
  expect(await said()).toEqual([...REPLACED, 'event-emitted stopping', 'event-emitted stopped']);
  expect(watched.filter((line) => line.startsWith('instance-removed'))).toHaveLength(3);
  await start('a');
  run(() => world.stop('svc', 'N=a'));
  expect(await said()).toEqual(['instance-removed svc', 'event-emitted stopping', 'event-emitted stopped']);
});

it('a running job whose file was removed goes with its last instance', async () => {
  await start('a');
  definitions.take('svc', null);
  run(() => world.stop('svc', 'N=a'));
  expect(await said()).toEqual(['job-removed svc', 'event-emitted stopping', 'event-emitted stopped']);
});

it('many jobs are replaced a number at a time, each once', async () => {
  const names = Array.from({ length: 2 * JOBS_A_TURN + 1 }, (_, i) => `job${i}`);
  for (const name of names) file(name);
  await said();
  signals.reloaded();
  signals.reloaded();
  await Promise.resolve();
  expect(heard).toHaveLength(2 * JOBS_A_TURN);
  // Defined again before its turn: the engine has removed and added it.
  const last = names.at(-1) as string;
  file(last, `${RUNS}author "x"\n`);
  await turn();
  await turn();
  await turn();
  const counts = new Map<string, number>();
  for (const line of heard) counts.set(line, (counts.get(line) ?? 0) + 1);
  expect(counts.size).toBe(2 * (names.length + 2));
  expect(new Set(counts.values())).toEqual(new Set([1]));
});

it('without a D-Bus client nothing is done, nor kept for one that comes later', async () => {
  await start('a');
  signals.delete(client);
  expect(watchers.size).toBe(1);
  signals.reloaded();
  file('other');
  await turn();
  signals.add(client);
  run(() => world.stop('svc', 'N=a'));
  expect(await said()).toEqual(['instance-removed svc', 'event-emitted stopping', 'event-emitted stopped']);
  signals.delete(client);
  expect(heard).toEqual([]);
});
