/**
 * Hostile worlds: job files of a grammar with values that grow, cost or make no sense, with inputs of clients, processes and time for
 * them. Nothing is thrown, the invariants hold, the state stays small, and a replay leads to the same state.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { deserialize, serialize } from 'node:v8';
import { Engine } from '../../packages/daemon/src/engine/engine.ts';
import { explainJob } from '../../packages/daemon/src/engine/explain/explain.ts';
import type { EngineRequest } from '../../packages/daemon/src/engine/model/messages.ts';
import { jobConfigs, listJobs } from '../../packages/daemon/src/engine/requests/queries.ts';
import { checkInvariants } from '../../packages/daemon/src/engine/testing/invariants.ts';
import { type FakeProcess, TestWorld } from '../../packages/daemon/src/engine/testing/world.ts';
import { encodeCommand } from '../../packages/daemon/src/supervisor/frame-encoder.ts';
import { JobFileError } from '../../packages/job-language/src/job-file-error.ts';
import { parseJob } from '../../packages/job-language/src/parse-job.ts';
import type { Random } from '../chaos/random.ts';
import { Choices } from './choices.ts';
import { Corpus } from './corpus.ts';
import { blaming, type Fuzzer } from './fuzzer.ts';
import { EVENTS, envOf, hostileValue, JOBS, jobFile } from './hostile-jobs.ts';

/** How many bytes choose all that happens to a world. */
const INPUT_LENGTH = 600;
const MAX_STEPS = 60;
/** How often a queue that has no end is resumed. */
const MAX_TICKS = 3;
/** The largest state, in bytes: the limits of the engine allow more, but no world of a few hundred bytes needs it. */
const MAX_STATE_BYTES = 64 * 1024 * 1024;

export const engine: Fuzzer = {
  name: 'engine',
  inputsInTest: 40,
  async run(budget, random) {
    const corpus = new Corpus('engine');
    let inputs = 0;
    for (; budget.take(); inputs++) {
      const input = random.chance(0.5) ? corpus.next(random) : anew(random);
      await blaming(input, () => play(new Choices(input)));
    }
    return inputs;
  },
};

function anew(random: Random): Buffer {
  return random.bytes(random.below(INPUT_LENGTH));
}

function play(choices: Choices): void {
  const world = new TestWorld({
    apparmor: choices.chance(),
    jobCgroups: choices.chance(),
    hookTimeoutS: choices.below(3),
  });
  world.obeys = choices.chance();
  world.orders = choices.pick(['taken', 'late', 'ignored']);
  for (const name of JOBS) define(world, name, choices);
  let ticks = MAX_TICKS;
  for (let steps = 0; choices.areLeft && steps < MAX_STEPS; steps++) {
    ticks -= step(world, choices, ticks);
    checkInvariants(world);
  }
  look(world);
  replayed(world, choices);
}

function define(world: TestWorld, name: string, choices: Choices): void {
  const text = jobFile(choices);
  try {
    const definition = parseJob(text, { name, path: `/etc/init/${name}.conf` });
    world.input({ type: 'define', name, definition });
  } catch (error) {
    if (!(error instanceof JobFileError)) throw error;
  }
}

/** Something happens; returns how many ticks that took. */
function step(world: TestWorld, choices: Choices, ticks: number): number {
  const { processes } = world;
  const process = [...processes.values()][choices.below(Math.max(1, processes.size))];
  const kind = choices.below(12);
  if (kind < 5) world.request(requestOf(choices));
  else if (kind === 5) world.input({ type: 'emit', name: choices.pick(EVENTS), env: envOf(choices) });
  else if (kind === 6) define(world, choices.pick(JOBS), choices);
  else if (kind === 7) return pass(world, choices.below(8) * 1000, ticks);
  else if (kind === 8 && choices.below(16) === 0) world.input({ type: 'quiesce', reason: 'shutdown' });
  else if (process) happen(world, process, choices);
  return 0;
}

function requestOf(choices: Choices): EngineRequest {
  const job = choices.pick(JOBS);
  const wait = choices.chance();
  const target = choices.below(4) === 0 ? { job, instance: hostileValue(choices) } : { job, env: envOf(choices) };
  const whose = choices.chance() ? null : { job, instance: choices.chance() ? '' : hostileValue(choices) };
  const requests: (() => EngineRequest)[] = [
    () => ({ method: 'start', target, wait }),
    () => ({ method: 'stop', target, wait }),
    () => ({ method: 'stop', target, wait, force: true }),
    () => ({ method: 'kill', target, signal: choices.pick([9, 10, 64]), hook: choices.chance() }),
    () => ({ method: 'restart', target, wait }),
    () => ({ method: 'reload', target }),
    () => ({ method: 'emit', name: choices.pick(EVENTS), env: envOf(choices), wait }),
    () => ({ method: 'setEnv', target: whose, vars: envOf(choices), replace: choices.chance() }),
    () => ({ method: 'unsetEnv', target: whose, names: ['X', hostileValue(choices)] }),
    () => ({ method: 'resetEnv', target: whose }),
    () => ({ method: 'notifyDiskWriteable' }),
  ];
  return choices.pick(requests)();
}

/** A process comes up, or does not, or ends. */
function happen(world: TestWorld, process: FakeProcess, choices: Choices): void {
  const report = { process: process.token, pid: process.pid };
  const happenings = [
    () => world.spawned(process),
    () => world.failToSpawn(process, choices.pick(['exec', 'fork', 'chdir', 'limit'])),
    () => world.exit(process, choices.below(3), choices.pick([0, 0, 9, 15])),
    () => world.report({ type: 'stopped', ...report, signal: choices.pick([19, 20]) }),
    () => world.report({ type: 'expect-met', ...report }),
    () => world.report({ type: 'forked', process: process.token, oldPid: process.pid, pid: process.pid }),
    () => world.said(process, messageOf(choices), choices.pick([0, 0, 0, 1, 32, 90])),
    () => {
      world.processes.delete(process.token);
      world.report({ type: 'vanished', ...report });
    },
  ];
  choices.pick(happenings)();
}

/** A message of sd_notify(3). */
function messageOf(choices: Choices): string {
  const keys = [
    'READY',
    'STATUS',
    'STOPPING',
    'RELOADING',
    'WATCHDOG',
    'EXTEND_TIMEOUT_USEC',
    'MAINPID',
    'ERRNO',
    'FDSTORE',
  ];
  const value = (): string =>
    choices.pick([() => '1', () => 'trigger', () => '99999999999999999999', () => hostileValue(choices)])();
  return choices.some(4, () => `${choices.pick(keys)}=${value()}`).join('\n');
}

/** Lets milliseconds pass. */
function pass(world: TestWorld, milliseconds: number, most: number): number {
  let ticks = 0;
  const end = world.now + milliseconds;
  for (let due = world.engine.nextDue(); due !== null && due <= end; due = world.engine.nextDue()) {
    if (ticks++ === most) return most;
    world.now = Math.max(world.now, due);
    world.input({ type: 'tick' });
  }
  world.now = end;
  // Only a queue without an end uses them up.
  return world.engine.state.paused ? ticks : 0;
}

/** Every request is answered, and every command can be sent. */
function look({ engine, effects, now }: TestWorld): void {
  listJobs(engine.context);
  jobConfigs(engine.context, null);
  for (const [name, jobClass] of engine.state.classes) {
    explainJob(engine.context, name, jobClass, { broken: [], switchedOff: null }, now, true);
  }
  for (const effect of effects)
    if (effect.type === 'command' && effect.command.type !== 'kill-cgroup') encodeCommand(effect.command);
}

/** From a snapshot in the midst of it, the rest leads to the same state. */
function replayed({ engine, inputs }: TestWorld, choices: Choices): void {
  const cut = choices.below(inputs.length + 1);
  const first = new TestWorld(engine.state.settings).engine;
  for (const input of inputs.slice(0, cut)) first.apply(copy(input));
  const second = new Engine(copy(first.state));
  for (const input of inputs.slice(cut)) second.apply(copy(input));
  const bytes = serialize(engine.state);
  ok(bytes.length <= MAX_STATE_BYTES, `the state takes ${bytes.length} bytes`);
  deepEqual(copy(second.state), deserialize(bytes), 'a replay leads elsewhere');
}

function copy<T>(value: T): T {
  return deserialize(serialize(value));
}
