/** For tests: stories, random sequences of inputs to a world, with the conditions that hold after each of them. */
import type { LeaseStatus } from '@upstart/protocol';
import fc from 'fast-check';
import { leaseStatus } from '../leases/lease.ts';
import { EVENTS, jobText } from './job-texts.ts';
import { TestWorld } from './world.ts';

/** An input of a world; numbers choose among the jobs and processes that exist. */
export type Step =
  | { do: 'start' | 'stop' | 'restart'; job: number; env: string[] }
  | { do: 'reload'; job: number }
  | { do: 'force' | 'kill'; job: number }
  | { do: 'setEnv'; job: number | null; variable: string }
  | { do: 'emit'; name: string; file: number }
  | { do: 'exit'; which: number; code: number; signal: number }
  | { do: 'spawn'; which: number; ok: number }
  | { do: 'expect'; which: number }
  | { do: 'probe'; which: number; isGood: boolean }
  | { do: 'say'; which: number; text: string; errno: number }
  | { do: 'edit'; job: number; text: string }
  | { do: 'wait'; seconds: number }
  | { do: 'lease'; which: number; act: 'grant' | 'hand over' | 'lose'; ttlMs: number }
  | { do: 'quiesce' };

const number = fc.nat({ max: 20 });
const MESSAGES = [
  ...[
    'READY=1',
    'READY=1',
    'STATUS=a\u0007b',
    'RELOADING=1',
    'STOPPING=1',
    'WATCHDOG=1',
    'WATCHDOG=trigger',
    'ERRNO=2',
  ],
  ...['EXTEND_TIMEOUT_USEC=4000000', 'MAINPID=1', 'FDSTORE=1', 'READY=1\nSTATUS=up\nWATCHDOG=1'],
];
const ordinaryStep = fc.oneof(
  fc.record({ do: fc.constantFrom('start', 'stop', 'restart'), job: number, env: fc.subarray(['A=1', 'B=2']) }),
  fc.record({ do: fc.constantFrom('reload', 'force', 'kill'), job: number }),
  fc.record({ do: fc.constant('setEnv'), job: fc.option(number), variable: fc.constantFrom('A=1', 'A=3') }),
  fc.record({ do: fc.constant('emit'), name: fc.constantFrom(...EVENTS), file: fc.nat({ max: 3 }) }),
  fc.record({
    do: fc.constant('exit'),
    which: number,
    code: fc.constantFrom(0, 0, 1, 3),
    signal: fc.constantFrom(0, 0, 0, 15),
  }),
  fc.record({ do: fc.constant('spawn'), which: number, ok: fc.nat({ max: 6 }) }),
  fc.record({ do: fc.constant('expect'), which: number }),
  fc.record({ do: fc.constant('probe'), which: number, isGood: fc.boolean() }),
  fc.record({
    do: fc.constant('say'),
    which: number,
    text: fc.constantFrom(...MESSAGES),
    errno: fc.constantFrom(0, 0, 0, 1, 32, 90),
  }),
  fc.record({ do: fc.constant('edit'), job: number, text: jobText }),
  fc.record({ do: fc.constant('wait'), seconds: fc.nat({ max: 6 }) }),
  fc.record({
    do: fc.constant('lease'),
    which: number,
    act: fc.constantFrom('grant', 'grant', 'grant', 'hand over', 'lose'),
    ttlMs: fc.constantFrom(4000, 15_000),
  }),
);
/** Only a few stories end the session, because little can happen after that. */
const step = fc.oneof(
  { weight: 200, arbitrary: ordinaryStep },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('quiesce') }) },
) as fc.Arbitrary<Step>;
const anyJobs = fc.record({
  jobs: fc.array(jobText, { minLength: 1, maxLength: 5 }),
  steps: fc.array(step, { maxLength: 120, size: 'max' }),
});

/** Mostly services that respawn, by standing orders. */
const services = fc.record({
  jobs: fc.array(
    fc.constantFrom(
      'respawn\nrespawn limit 0 5\nexec main\n',
      'respawn\nexec main\npre-stop exec pre-stop\n',
      'respawn\nrespawn delay 1\nexec main\n',
      'respawn\nready tcp 80\nready after 1\nexec main\n',
      'respawn\ncheck tcp 80\ncheck failures 1\nexec main\n',
      'check exec ask\ncheck interval 1\ncheck failures 2\nexec main\n',
    ),
    { minLength: 1, maxLength: 3 },
  ),
  steps: fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('spawn'), which: number, ok: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ do: fc.constant('exit'), which: number, code: fc.constantFrom(0, 1), signal: fc.constant(0) }),
      fc.record({ do: fc.constantFrom('start', 'stop', 'restart'), job: number, env: fc.subarray(['A=1', 'B=2']) }),
      fc.record({ do: fc.constant('probe'), which: number, isGood: fc.boolean() }),
      fc.record({ do: fc.constant('setEnv'), job: fc.option(number), variable: fc.constantFrom('A=1', 'A=3') }),
      fc.record({ do: fc.constant('wait'), seconds: fc.nat({ max: 6 }) }),
    ),
    { maxLength: 60, size: 'max' },
  ) as fc.Arbitrary<Step[]>,
});
export const story = fc.oneof(anyJobs, services);

/** Plays a story; `check` is called after every step. */
export function play(
  { jobs, steps }: { jobs: string[]; steps: Step[] },
  check: (world: TestWorld) => void,
  orders: TestWorld['orders'] = 'taken',
): TestWorld {
  const world = new TestWorld();
  world.obeys = false;
  world.orders = orders;
  const spawned = new Set<number>();
  jobs.forEach((definition, i) => {
    world.job(`j${i}`, definition);
  });
  for (const next of steps) {
    takeStep(world, next, jobs.length, spawned);
    check(world);
  }
  return world;
}

/** The rounds of ending all processes after which a world has to be idle: respawn limits end the rest. */
const ROUNDS = 100;

/** Winds a world down: removes all job files, stops every job, ends every process. */
export function windDown(world: TestWorld, jobs: number): void {
  for (let i = 0; i < jobs; i++) world.input({ type: 'define', name: `j${i}`, definition: null });
  for (let round = 0; round < ROUNDS && (world.processes.size > 0 || world.list().length > 0); round++) {
    // Two jobs may start each other for ever if both are stopped at once, but not if one is stopped while the other runs.
    const alone = round % 2 === 1 ? `j${((round - 1) / 2) % jobs}` : null;
    for (let i = 0; i < jobs; i++) if (alone === null || alone === `j${i}`) world.stop(`j${i}`);
    for (const process of [...world.processes.values()]) {
      if (alone !== null && !process.spec.env.includes(`UPSTART_JOB=${alone}`)) continue;
      world.spawned(process);
      if (world.processes.has(process.token)) world.exit(process);
    }
    world.wait(10_000);
  }
}

function takeStep(world: TestWorld, next: Step, jobs: number, spawned: Set<number>): void {
  const pick = (which: number, known: boolean) => {
    const candidates = [...world.processes.values()].filter(({ token }) => spawned.has(token) === known);
    return candidates[which % Math.max(1, candidates.length)];
  };
  switch (next.do) {
    case 'start':
    case 'stop':
    case 'restart':
      world[next.do](`j${next.job % jobs}`, ...next.env);
      return;
    case 'setEnv': {
      const target = next.job === null ? null : { job: `j${next.job % jobs}`, instance: '' };
      world.request({ method: 'setEnv', target, vars: [next.variable], replace: true });
      return;
    }
    case 'reload':
      world.request({ method: 'reload', target: { job: `j${next.job % jobs}`, env: [] } });
      return;
    case 'force':
      world.request({ method: 'stop', target: { job: `j${next.job % jobs}`, env: [] }, wait: true, force: true });
      return;
    case 'kill': {
      const target = { job: `j${next.job % jobs}`, env: [] };
      world.request({ method: 'kill', target, signal: 10, hook: next.job % 2 === 0 });
      return;
    }
    case 'emit':
      if (next.file > 0) world.emitWithFile(next.name, next.file);
      else world.emit(next.name);
      return;
    case 'spawn': {
      const process = pick(next.which, false);
      if (!process) return;
      if (next.ok === 0) world.failToSpawn(process, 'exec');
      else if (next.ok === 1) world.failToSpawn(process, 'fork', 11);
      else {
        spawned.add(process.token);
        world.spawned(process);
      }
      return;
    }
    case 'exit': {
      const process = pick(next.which, true);
      if (process) world.exit(process, next.code, next.signal);
      return;
    }
    case 'expect': {
      const process = pick(next.which, true);
      if (!process) return;
      const report = { process: process.token, pid: process.pid };
      if (process.spec.traceForks > 0) world.report({ type: 'expect-met', ...report });
      else world.report({ type: 'stopped', ...report, signal: 19 });
      return;
    }
    case 'probe': {
      const probe = [...world.probes.values()][next.which % Math.max(1, world.probes.size)];
      if (probe) world.probed(probe, next.isGood ? null : 'connection refused');
      return;
    }
    case 'say': {
      const process = pick(next.which, true);
      if (process) world.said(process, next.text, next.errno);
      return;
    }
    case 'edit':
      world.job(`j${next.job % jobs}`, next.text);
      return;
    case 'wait':
      world.wait(next.seconds * 1000);
      return;
    case 'lease': {
      const leases = leaseStatus(world.engine.context);
      const lease = leases[next.which % Math.max(1, leases.length)];
      if (lease) leaseStep(world, lease, next);
      return;
    }
    case 'quiesce':
      world.input({ type: 'quiesce', reason: 'shutdown' });
  }
}

/** A renewal has the token of the holder. */
function leaseStep(world: TestWorld, { lease, token }: LeaseStatus, step: Extract<Step, { do: 'lease' }>): void {
  const { act, ttlMs } = step;
  if (act === 'grant')
    world.request({
      method: 'grantLease',
      lease,
      token: token || world.keys + 1,
      deadlineMs: world.now + ttlMs,
      ttlMs,
    });
  else world.request({ method: 'endLease', lease, handOver: act === 'hand over', reason: 'story' });
}
