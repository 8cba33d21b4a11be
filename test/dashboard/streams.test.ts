/** Streams of a live session: they lose nothing when a reader, the daemon or the gateway goes away, and are bounded. */
import { afterEach, expect, it } from 'vitest';
import { daemonWith, residentOf, signal } from '../chaos/proc.ts';
import { SessionInit } from '../control/session-init.ts';
import { eventually } from '../eventually.ts';
import { type Heard, RunningGateway, type Stream } from './gateway.ts';

const API = '/api/v1';
const JOBS = {
  counts: 'script\n  i=0\n  while true; do i=$((i+1)); echo line $i; sleep 0.01; done\nend script\n',
  task: 'instance $N\ntask\nexec true\n',
};
/** Later Nodes map 10 MB more of their own programs. */
const LARGEST_KIB = (process.version.startsWith('v20.') ? 60 : 80) * 1024;

let session: SessionInit;
let gateway: RunningGateway;

async function begin(jobs: Record<string, string> = JOBS, words: readonly string[] = []): Promise<void> {
  session = await SessionInit.start({ jobs });
  gateway = await RunningGateway.start(session, ...words);
}
afterEach(async () => {
  await gateway?.end();
  await session?.end();
  session?.remove();
});

function daemonPid(): number | undefined {
  return daemonWith(`HOME=${session.home}`);
}

async function killDaemon(): Promise<void> {
  const pid = await eventually('there is a daemon', daemonPid);
  signal(pid, 'SIGKILL');
  await eventually('there is another', () => {
    const next = daemonPid();
    return next !== undefined && next !== pid;
  });
}

const ids = (events: readonly Heard[]): number[] =>
  events.filter(({ event }) => event === 'history').map(({ id }) => Number(id));

/** Asserts that ids rise by one. */
function expectNoHole(found: readonly number[]): void {
  const [first = 0] = found;
  expect(found).toEqual(found.map((_, at) => first + at));
}

const runTask = (n: number) => session.run('initctl', 'start', 'task', `N=${n}`);
const has = (stream: Stream, n: number) =>
  stream.events.some(({ event, data }) => event === 'history' && data.kind === 'exit' && data.instance === String(n));

it('a watch misses no entry when the daemon dies', async () => {
  await begin();
  const stream = gateway.follow(`${API}/watch`);
  await eventually(() => stream.events.length > 0);
  for (const n of [1, 2, 3]) {
    await runTask(n);
    await killDaemon();
  }
  await runTask(4);
  await eventually('all are there', () => [1, 2, 3, 4].every((n) => has(stream, n)));
  expectNoHole(ids(stream.events));
  expect(stream.events.some(({ event, data }) => event === 'change' && data.event === 'restarted')).toBe(true);
  stream.close();
});

it('a watch resumes after its reader and the gateway were away', async () => {
  await begin();
  const before = gateway.follow(`${API}/watch`);
  await eventually(() => before.events.length > 0);
  await runTask(1);
  await eventually(() => has(before, 1));
  await gateway.end('SIGKILL');
  await eventually(() => before.isOver);
  await runTask(2);
  gateway = await RunningGateway.start(session);
  const after = gateway.follow(`${API}/watch`, { 'last-event-id': before.lastId });
  await runTask(3);
  await eventually(() => has(after, 3));
  expectNoHole([...ids(before.events), ...ids(after.events)]);
  expect(has(after, 2)).toBe(true);
  const beyond = gateway.follow(`${API}/watch?after=99999999`);
  await eventually('it says that it cannot resume', () => beyond.events.some(({ event }) => event === 'gap'));
  for (const stream of [after, beyond]) stream.close();
});

it('a followed log has every line once, over the death of the daemon and of its reader', async () => {
  await begin();
  await gateway.post(`${API}/jobs/counts/start`);
  const numbers = (events: readonly Heard[]) =>
    events.filter(({ event }) => event === 'line').map(({ data }) => Number(data.text.replace('line ', '')));
  const first = gateway.follow(`${API}/jobs/counts/logs/follow?lines=10000`);
  await eventually(() => numbers(first.events).length > 20);
  await killDaemon();
  const until = numbers(first.events).length + 20;
  await eventually(() => numbers(first.events).length > until);
  first.close();
  await eventually(() => first.isOver);
  const upTo = first.events.slice(0, first.events.findLastIndex(({ id }) => id !== null) + 1);
  await gateway.end();
  gateway = await RunningGateway.start(session);
  const second = gateway.follow(`${API}/jobs/counts/logs/follow`, { 'last-event-id': first.lastId });
  await eventually(() => numbers(second.events).length > 20);
  second.close();
  const all = [...numbers(upTo), ...numbers(second.events)];
  expect(all).toEqual(all.map((_, at) => at + 1));
});

it('there are as many streams as the bound says; others are rejected, and the API answers meanwhile', async () => {
  await begin();
  const quiet = residentOf(gateway.pid);
  const streams: Stream[] = [];
  while (streams.length < 1000) {
    // The kernel refuses more connections than may wait at a socket, 511.
    for (let i = 0; i < 100; i++) streams.push(gateway.follow(`${API}/watch`));
    await eventually('all are open', () => streams.every(({ events }) => events.length > 0));
  }
  const more = await gateway.ask(`${API}/watch`);
  expect(more.json()).toMatchObject({ status: 503, code: 'too-many-streams' });
  await runTask(1);
  await eventually('all have heard of it', () => streams.every((stream) => has(stream, 1)));
  expect((await gateway.ask(`${API}/jobs`)).status).toBe(200);
  for (const stream of streams) stream.close();
  await eventually('there is room again', async () => {
    const stream = gateway.follow(`${API}/watch`);
    await eventually(() => stream.status !== 0);
    stream.close();
    return stream.status === 200;
  });
  expect(quiet, 'KiB of a gateway that has just begun').toBeLessThan(100 * 1024);
});

it('takes at most 60 MB at rest with Node 20, before and after it was used', async () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`job-${at}`, 'exec sleep 1000\n']));
  await begin(many);
  const isSmall = (): boolean => residentOf(gateway.pid) <= LARGEST_KIB;
  await eventually('its start is tidied up', isSmall);
  const paths = ['/', '/dashboard-page.js', `${API}/jobs`, `${API}/history?limit=500`, '/metrics', `${API}/inits`];
  for (let round = 0; round < 20; round++)
    for (const path of paths) expect((await gateway.ask(path)).status, path).toBe(200);
  const stream = gateway.follow(`${API}/watch`);
  await eventually(() => stream.events.length > 0);
  await eventually('its use is tidied up', isSmall);
  stream.close();
});

it('ends with its init, and when it is interrupted', async () => {
  await begin(JOBS, ['--listen', '0']);
  await gateway.end('SIGINT');
  expect(gateway.status).toBe(0);
  const { token } = gateway;
  gateway = await RunningGateway.start(session, '--listen', '0');
  expect(gateway.token, 'pages outlive a restart').toBe(token);
  const stream = gateway.follow(`${API}/watch`);
  await eventually(() => stream.status === 200);
  await session.end();
  await eventually('it has ended', () => gateway.status === 1);
  await eventually('it says why', () => gateway.said.includes('init has ended'));
});
