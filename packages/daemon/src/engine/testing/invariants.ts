/** For tests and the fuzzer: the conditions that hold in a world between any two inputs. */
import { deepEqual, ok } from 'node:assert/strict';
import { lengthOf } from '../environment/environment.ts';
import { awaitsLease, LEASE_MARGIN_MS, losesLease } from '../leases/lease.ts';
import { conditionsOf } from '../model/condition-state.ts';
import { hasPid, type ProcessState, waitsForTimer } from '../model/process-state.ts';
import { type EngineState, type InstanceState, processesOf } from '../model/state.ts';
import type { TimerState } from '../model/timers.ts';
import { armedProbes } from '../readiness/readiness.ts';
import type { TestWorld } from './world.ts';

/** States that an instance may have between two inputs, with the process that it waits for in them. */
const RESTING: Record<string, string | null> = {
  starting: null,
  security: 'security',
  'pre-start': 'pre-start',
  spawned: 'main',
  'post-start': 'post-start',
  running: null,
  'pre-stop': 'pre-stop',
  stopping: null,
  killed: 'main',
  'post-stop': 'post-stop',
};

/** States in which an instance may have to stop in order to start again. */
const RESTARTS_IN: readonly string[] = ['spawned', 'post-start', 'pre-stop'];

function held({ instances, events }: EngineState): { names: number; text: number } {
  const counted = { names: 0, text: 0 };
  for (const { name, env, startEnv, stopEnv } of instances.values()) {
    counted.names += name.length;
    counted.text += lengthOf(env) + lengthOf(startEnv ?? []) + lengthOf(stopEnv);
  }
  for (const { name, env } of events.values()) counted.text += name.length + lengthOf(env);
  return counted;
}

function filesOf({ instances, events }: EngineState): Set<number> {
  const files = [...instances.values()].flatMap(({ files = [], startFiles = [] }) => [...files, ...startFiles]);
  return new Set([...files, ...[...events.values()].flatMap(({ file }) => file ?? [])]);
}

export function checkInvariants(world: TestWorld): void {
  const { state, context } = world.engine;
  for (const process of world.processes.values()) {
    ok(world.isKnown(process), `process ${process.token} is some instance's`);
    const lease = context.findProcess(process.token)?.instance.lease;
    const isTimed = lease !== undefined && lease.token !== 0;
    if (isTimed) deepEqual(process.deadlineMs, lease.deadlineMs - LEASE_MARGIN_MS, 'a process ends with its lease');
  }
  for (const { id } of armedProbes(context)) ok(world.probes.has(id), 'a probe that is waited for is armed');
  deepEqual(world.probes.size, [...armedProbes(context)].length, 'no other probe is armed');
  checkCommands(state);
  deepEqual(context.held, held(state), 'what is held is counted');
  deepEqual(new Set(context.files), filesOf(state), 'and so are descriptors');
  const blockers = new Map<number, number>();
  const count = (id: number): void => {
    ok(state.events.has(id), `event ${id} is over although somebody holds it`);
    blockers.set(id, (blockers.get(id) ?? 0) + 1);
  };
  const countNodes = (nodes: InstanceState['stopOn']): void => {
    for (const node of nodes ?? []) if (node.op === 'event' && node.event !== 0) count(node.event);
  };
  for (const instance of state.instances.values()) {
    checkInstance(state, instance);
    instance.blocking.forEach(count);
    for (const [, condition] of conditionsOf(instance)) countNodes(condition);
    if (instance.restarts && !losesLease(instance))
      ok(RESTARTS_IN.includes(instance.state), 'a restart waits for a hook');
  }
  for (const { startOn, instances } of state.classes.values()) {
    for (const id of instances.values()) ok(state.instances.has(id), 'a class has no dead instances');
    countNodes(startOn);
  }
  for (const { id, handled, blockers: held } of state.events.values()) {
    deepEqual(held, blockers.get(id) ?? 0, 'an event knows how many hold it');
    if (state.paused) continue;
    ok(handled, 'the queue was worked off');
    ok(held > 0, 'an event is left because somebody holds it');
  }
}

function checkInstance(state: EngineState, instance: InstanceState): void {
  const owner = [...state.classes.values()].find((jobClass) => jobClass.id === instance.class);
  deepEqual(owner?.instances.get(instance.name), instance.id, 'an instance has its class');
  ok(instance.state in RESTING, `no instance stays in ${instance.state}`);
  const needed = RESTING[instance.state];
  const isPaused = instance.state === 'post-stop' && instance.pause !== undefined && instance.pause.timer !== 0;
  if (needed && !isPaused) ok(needed in instance.processes, `${instance.state} has its process`);
  checkTimers(state, instance, isPaused);
  checkLease(state, instance);
  const awaits = awaitsLease(instance);
  if (awaits) deepEqual(instance.state, 'starting', 'who waits for a lease has not begun');
  const waits = (instance.state === 'starting' && !awaits) || instance.state === 'stopping';
  deepEqual(instance.blocker !== 0, waits, `${instance.state} waits for its event`);
  if (waits) ok(state.events.get(instance.blocker)?.instances.includes(instance.id), 'and that knows it');
  if (instance.goal === 'respawn')
    ok(['post-start', 'pre-stop'].includes(instance.state), 'a respawn waits for a hook');
  if (instance.state === 'running') deepEqual(instance.goal, 'start', 'who runs wants to run');
  if (instance.orderHolds) deepEqual(instance.state, 'running', 'only who runs is to be started again');
  if (instance.orders) ok(instance.processes.main, 'orders are for the end of a process');
  for (const [slot, process] of processesOf(instance)) checkPhase(state, instance, slot, process);
  const { respawnLimit, respawnIntervalS } = owner?.definition ?? { respawnLimit: 0, respawnIntervalS: 0 };
  const limited = respawnLimit > 0 && respawnIntervalS > 0;
  ok(!limited || instance.respawnCount <= respawnLimit + 1, 'the respawn limit holds');
}

/** A job with `cluster` runs in the time of its lease only. */
function checkLease(
  { timers, classes }: EngineState,
  { id, class: classId, lease, state, goal, processes }: InstanceState,
): void {
  const owner = [...classes.values()].find((jobClass) => jobClass.id === classId);
  if (!owner?.definition.cluster) {
    deepEqual(lease, undefined, 'who needs no lease has none');
    return;
  }
  if (Object.keys(processes).length > 0 || state === 'running')
    ok(lease && lease.step !== 'awaited', 'who runs has a lease');
  if (lease?.step === 'ending' || lease?.step === 'over') ok(state !== 'running', 'who loses its lease does not run');
  if (lease?.step === 'awaited') deepEqual(goal, 'start', 'who waits for a lease wants to run');
  const armed = [...timers.values()].filter(({ action }) => action.kind === 'lease' && action.instance === id);
  const isTimed = lease !== undefined && lease.step !== 'awaited' && lease.step !== 'over';
  deepEqual(
    armed.map((timer) => timer.id),
    isTimed ? [lease.timer] : [],
    'the end of a lease has its timer',
  );
}

function checkTimers(
  { timers }: EngineState,
  { id, goal, state, pause, settling, postponed, readiness, notify, processes }: InstanceState,
  isPaused: boolean,
): void {
  for (const [kind, timer] of [
    ['respawn', pause?.timer || undefined],
    ['settle', settling?.timer],
    ['restart', postponed?.timer],
    ['ready', notify?.awaited?.timer ?? (readiness && readiness.pending.length > 0 ? readiness.timer : undefined)],
    ['watchdog', notify?.watchdog?.timer],
    ['reload', notify?.reload?.timer],
  ] as const) {
    const armed = [...timers.values()].flatMap(({ id: own, action }) =>
      action.kind === kind && action.instance === id ? [own] : [],
    );
    deepEqual(armed, timer === undefined ? [] : [timer], `the ${kind} timer is armed while it is waited for`);
  }
  if (pause?.timer) ok(isPaused && goal === 'start' && !processes['post-stop'], 'a pause stands behind post-stop');
  if (readiness) ok(state === 'spawned' && goal === 'start' && processes.main, 'what gets ready has been spawned');
  if (notify) ok(processes.main, 'what is known of a process is not kept without it');
  if (notify?.awaited) ok(state === 'spawned' && goal === 'start', 'what is not ready has been spawned');
  if (notify?.watchdog) ok(state !== 'stopping' && state !== 'killed', 'nothing is expected of what stops');
  if (postponed) ok(goal !== 'stop', 'what stops is not restarted later');
  if (settling) ok(state === 'spawned' && goal === 'start' && processes.main, 'what settles has been spawned');
}

/** Processes of probes, and checks. */
function checkCommands({ instances, probeProcesses, probeQueue, timers }: EngineState): void {
  const tried = new Set<number>();
  for (const { state, checks, readiness, processes } of instances.values()) {
    for (const { id } of readiness?.pending ?? []) tried.add(id);
    for (const { id, failures } of checks ?? []) {
      if (id === 0) deepEqual(failures, 0, 'what is not tried has not failed');
      else ok(state === 'running' && processes.main, 'only who runs is checked');
      tried.add(id);
    }
  }
  for (const { probe, timer } of probeProcesses?.values() ?? []) {
    ok(probe === 0 || tried.has(probe), 'a process answers a probe, or was killed');
    deepEqual(timer !== 0, timers.has(timer), 'a process of a probe has its time, or was killed');
  }
  for (const { probe } of probeQueue ?? []) ok(tried.has(probe), 'what waits for its turn is wanted');
  const awaited = [...timers.values()].flatMap(({ action }) => (action.kind === 'probe' ? [action.probe] : []));
  for (const id of awaited) ok(tried.has(id), 'the next try is wanted');
  deepEqual(awaited.length, new Set(awaited).size, 'there is one next try');
}

function checkPhase({ timers }: EngineState, instance: InstanceState, slot: string, process: ProcessState): void {
  const { phase, pid } = process;
  deepEqual(pid !== 0, hasPid(process), `a process that is ${phase} has a pid, or none`);
  const isItsTimer = ({ action }: TimerState): boolean =>
    action.kind === 'spawn' && action.instance === instance.id && action.slot === slot;
  if (waitsForTimer(process)) ok([...timers.values()].some(isItsTimer), `a process that is ${phase} has a timer`);
}
