/**
 * The daemon is killed repeatedly, at random moments, also while it recovers from the last kill. Neither jobs nor clients may notice.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { checkLog } from './ledger.ts';
import { signal } from './proc.ts';
import { Random } from './random.ts';
import { pause, Session } from './session.ts';

const KILLS = Number(process.env.UPSTART_KILLS ?? 50);
const SEED = Number(process.env.UPSTART_SEED ?? 1);
/** A daemon that has just been started recovers for about this long, in milliseconds. */
const RECOVERY = 150;

const SERVICES = Array.from({ length: 15 }, (_, i) => `service${i}`);
/** These end by themselves after so many lines, those with 0 only when they are killed. */
const LOGGERS = [60, 90, 140, 0, 0].map((life, i) => ({ name: `logger${i}`, life }));
const KILLED_LOGGERS = LOGGERS.filter(({ life }) => life === 0);

const JOBS: Record<string, string> = {
  slow: 'pre-start exec sleep 0.7\nexec perl PROGRAMS/service.pl LEDGER\n',
  answer: 'start on question\ntask\nexec perl PROGRAMS/task.pl LEDGER 0.5 0\n',
};
for (const name of SERVICES) JOBS[name] = 'start on go\nexec perl PROGRAMS/service.pl LEDGER\n';
for (const { name, life } of LOGGERS) {
  JOBS[name] = `start on go\nrespawn\nrespawn limit 0 5\nexec perl PROGRAMS/logger.pl LEDGER ${life}\n`;
}

let session: Session;
afterEach(() => session?.kill());

/** Kills the daemon, and perhaps the next one before it has recovered, and the next. Returns how many it were. */
async function killDaemon(random: Random): Promise<number> {
  let kills = 0;
  let pid = await eventually('there is a daemon', () => session.daemon());
  await pause(random.below(300));
  for (;;) {
    signal(pid, 'SIGKILL');
    kills++;
    if (random.chance(0.6)) return kills;
    const killed = pid;
    pid = await eventually('there is another daemon', () => (session.daemon() === killed ? null : session.daemon()));
    await pause(random.below(RECOVERY));
  }
}

/** Returns how long the answer took, in milliseconds. */
async function expectStatus(): Promise<number> {
  const { status, stdout, stderr, took } = await session.run('status', 'service0');
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: `service0 start/running, process ${session.noted('service0', 'starts')[0]}\n`,
    stderr: '',
  });
  return took;
}

/** Clients that wait while the daemon dies: each gets one answer, the right one. Runs until `over`. */
async function waitingClients(over: () => boolean): Promise<{ starts: number; events: number }> {
  const counts = { starts: 0, events: 0 };
  const jobs = async (): Promise<void> => {
    while (!over()) {
      const started = await session.run('start', 'slow');
      counts.starts++;
      expect(started).toMatchObject({ status: 0, stderr: '' });
      // The program has been executed by now; it takes a moment to say so itself.
      await eventually('slow has noted its start', () => session.noted('slow', 'starts').length >= counts.starts);
      const pids = session.noted('slow', 'starts');
      expect(pids).toHaveLength(counts.starts);
      expect(started.stdout).toBe(`slow start/running, process ${pids.at(-1)}\n`);
      expect(await session.run('stop', 'slow')).toMatchObject({ status: 0, stderr: '', stdout: 'slow stop/waiting\n' });
    }
  };
  const events = async (): Promise<void> => {
    while (!over()) {
      const emitted = await session.run('initctl', 'emit', 'question');
      counts.events++;
      expect(emitted).toMatchObject({ status: 0, stderr: '', stdout: '' });
      expect(session.noted('answer', 'ends')).toHaveLength(counts.events);
      expect(session.noted('answer', 'starts')).toHaveLength(counts.events);
    }
  };
  await Promise.all([jobs(), events()]);
  return counts;
}

describe('kill -9 of the daemon', () => {
  it(`loses nothing in ${KILLS} times`, async () => {
    const random = new Random(SEED);
    session = await Session.start({ jobs: JOBS });
    expect(await session.run('initctl', 'emit', 'go')).toMatchObject({ status: 0 });
    const names = [...SERVICES, ...LOGGERS.map(({ name }) => name)];
    await eventually('everything runs', () => names.every((name) => session.running(name).length === 1));

    let over = false;
    const clients = waitingClients(() => over);
    clients.catch(() => {});
    const deaths = new Map<string, number>();
    const answers: number[] = [];
    for (let kills = 0; kills < KILLS; ) {
      kills += await killDaemon(random);
      const answered = expectStatus();
      if (random.chance(0.5)) await killService(random, deaths);
      if (random.chance(0.5)) await killLogger(random, deaths);
      answers.push(await answered);
    }
    over = true;
    const { starts, events } = await clients;
    expect(starts).toBeGreaterThan(2);
    expect(events).toBeGreaterThan(2);

    await everythingIsAccountedFor(deaths);
    expect(await session.end()).toBe(0);
    const worst = Math.round(Math.max(...answers));
    console.log(
      `${KILLS} kills: status answered within ${worst} ms, ${starts} starts and ${events} events were waited for`,
    );
  });
});

/** A service without respawn: once its end is known it is stopped, and can be started again. */
async function killService(random: Random, deaths: Map<string, number>): Promise<void> {
  const name = random.pick(SERVICES.slice(1));
  // Its program takes a moment to say that it runs.
  const pid = await eventually(`${name} runs`, () => session.running(name)[0]);
  signal(pid, 'SIGKILL');
  deaths.set(name, (deaths.get(name) ?? 0) + 1);
  await eventually(`the end of ${name} is known`, async () => {
    return (await session.run('status', name)).stdout === `${name} stop/waiting\n`;
  });
  const started = await session.run('start', name);
  expect(started).toMatchObject({ status: 0, stderr: '' });
  expect(started.stdout).toMatch(/^service\d+ start\/running, process \d+\n$/);
}

/** A service with respawn: it comes back by itself. */
async function killLogger(random: Random, deaths: Map<string, number>): Promise<void> {
  const { name } = random.pick(KILLED_LOGGERS);
  const [pid] = session.running(name);
  if (pid === undefined) return;
  signal(pid, 'SIGKILL');
  deaths.set(name, (deaths.get(name) ?? 0) + 1);
  await eventually(`${name} has been respawned`, () => session.running(name).some((other) => other !== pid));
}

async function everythingIsAccountedFor(deaths: ReadonlyMap<string, number>): Promise<void> {
  for (const name of [...SERVICES, ...KILLED_LOGGERS.map((logger) => logger.name)]) {
    const count = 1 + (deaths.get(name) ?? 0);
    await eventually(
      `the last process of ${name} has noted its start`,
      () => session.noted(name, 'starts').length >= count,
    );
    expect(session.noted(name, 'starts'), `${name}: one process, and one for each death`).toHaveLength(count);
  }
  for (const { name } of LOGGERS) {
    await eventually(`${name} runs`, async () => {
      const { stdout } = await session.run('status', name);
      return stdout === `${name} start/running, process ${session.running(name)[0]}\n`;
    });
  }
  for (const name of SERVICES) {
    const running = session.running(name);
    expect(running, `${name} runs once`).toHaveLength(1);
    expect((await session.run('status', name)).stdout).toBe(`${name} start/running, process ${running[0]}\n`);
  }
  const list = (await session.run('initctl', 'list')).stdout.trimEnd().split('\n');
  expect(list).toHaveLength(Object.keys(JOBS).length);
  for (const { name, life } of LOGGERS) {
    if (life > 0) await eachEndLedToOneStart(name);
    expect((await session.run('stop', name)).stdout).toBe(`${name} stop/waiting\n`);
  }
  for (const { name } of LOGGERS) await checkLog(session, name);
}

/** Counts while the process of the job is stopped in the middle of its life: at any other moment the next start may not be noted yet. */
async function eachEndLedToOneStart(name: string): Promise<void> {
  await eventually(`each end of ${name} led to one start`, () => {
    const [pid] = session.running(name);
    if (pid === undefined) return false;
    signal(pid, 'SIGSTOP');
    const [starts, ends] = [session.noted(name, 'starts'), session.noted(name, 'ends')];
    signal(pid, 'SIGCONT');
    return starts.length === ends.length + 1 && starts.at(-1) === pid && !ends.includes(pid);
  });
}
