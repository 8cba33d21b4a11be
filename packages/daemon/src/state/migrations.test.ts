import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { parseJob } from '@upstart/job-language';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { explainJob } from '../engine/explain/explain.ts';
import type { Input } from '../engine/model/messages.ts';
import type { ProcessState } from '../engine/model/process-state.ts';
import { type ClassState, type EngineState, type InstanceState, processesOf } from '../engine/model/state.ts';
import type { TimerAction } from '../engine/model/timers.ts';
import { TEST_SETTINGS, TestWorld } from '../engine/testing/world.ts';
import { startState } from '../start-up/start-state.ts';
import type { Report } from '../supervisor/process-messages.ts';
import { SPEC } from '../supervisor/testing/init.ts';
import { migrate, OLDEST } from './migrations.ts';
import { decodeRecords, FORMAT } from './records.ts';
import { type Snapshot, StateStore } from './store.ts';

const SAVED = (format: number): string => fileURLToPath(new URL(`format-${format}/`, import.meta.url));
const FORMATS = Array.from({ length: FORMAT - OLDEST }, (_, index) => OLDEST + index);
/** The jobs of the sessions that left the states; not all of them in each. */
const JOB_FILES = [4, 5].flatMap((format) => {
  const folder = join(SAVED(format), 'conf');
  return readdirSync(folder).map((file) => join(folder, file));
});
const NO_TROUBLE = { broken: [], switchedOff: null };
const USAGE = { user: 0, system: 0, maxRss: 0 };

/** By type: the fields that state of the present format has to have, from the text of its shape. */
const REQUIRED = new Map(
  [
    ...readFileSync(new URL(`shape-${FORMAT}.txt`, import.meta.url), 'utf8').matchAll(/^(\w+) = \{\n([\s\S]*?)^\}/gm),
  ].map(([, type, fields]) => [type, [...fields!.matchAll(/^ {2}(\w+):/gm)].map(([, field]) => field!)] as const),
);

/** `TYPE.FIELD` for each field that the object lacks. */
function missing(type: string, object: object): string[] {
  const fields = REQUIRED.get(type);
  if (!fields) throw new Error(`the shape has no type ${type}`);
  return fields.filter((field) => !(field in object)).map((field) => `${type}.${field}`);
}

/** The snapshot as it was written. */
function written(format = OLDEST): Snapshot {
  return decodeRecords(readFileSync(join(SAVED(format), 'snapshot-2'))).values[0] as Snapshot;
}

describe.each(FORMATS)('a state of format %d', (format) => {
  let directory: string;
  const said: string[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), `format-${format}-`));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    cpSync(SAVED(format), directory, { recursive: true });
    said.length = 0;
  });

  const open = () => new StateStore(directory, (text) => said.push(text));

  function start() {
    const log = { write: (_: string, text: string) => void said.push(text) };
    const saved = { store: open(), identity: written(format).supervisor, failures: 0, progress: () => {} };
    const started = startState(saved, { lastCommand: 20, processes: [] }, log, () => TEST_SETTINGS);
    const world = new TestWorld();
    world.engine = started.engine;
    world.now = 1_000_000_000;
    // Its own reports have numbers that were used already.
    world.obeys = false;
    return { ...started, world, store: saved.store };
  }

  it('is what it says', () => {
    expect(written(format).format).toBe(format);
    const { settings, classes, instances } = written(format).state;
    expect('jobOutput' in settings).toBe(format > 3);
    for (const { definition } of classes.values()) expect('unread' in definition).toBe(format > 4);
    for (const instance of instances.values()) {
      for (const [, process] of processesOf(instance)) expect('phase' in process).toBe(format > 5);
    }
  });

  it('has every field of the present format once it is migrated', () => {
    const { state } = start().world.engine;
    const instances = [...state.instances.values()];
    const lacks = [
      ...missing('EngineState', state),
      ...missing('EngineSettings', state.settings),
      ...[...state.classes.values()].flatMap((jobClass) => [
        ...missing('ClassState', jobClass),
        ...missing('JobDefinition', jobClass.definition),
        ...(jobClass.last ? missing('LastEnd', jobClass.last) : []),
      ]),
      ...[...state.events.values()].flatMap((event) => missing('EventState', event)),
      ...instances.flatMap((instance) => missing('InstanceState', instance)),
      ...instances
        .flatMap((instance) => [...processesOf(instance)])
        .flatMap(([, process]) => missing('ProcessState', process)),
    ];
    expect(instances.length).toBeGreaterThan(0);
    expect([...new Set(lacks)]).toEqual([]);
  });

  it('is replayed, snapshot and journal, and nothing is reported lost', () => {
    const { world, fresh } = start();
    expect([fresh, said]).toEqual([false, []]);
    const lines = ['ended', 'follower', 'many', 'paused', 'slow', 'web'].flatMap((job) =>
      world.status(job).split('\n'),
    );
    expect(lines).toEqual([
      'ended stop/waiting',
      'follower start/running',
      'many (1) start/running',
      'many (2) start/running',
      'paused stop/waiting',
      'slow start/running',
      'web start/running',
    ]);
    const { state } = world.engine;
    expect(state.settings).toMatchObject({ jobOutput: false, exitWith: null, stopTimeoutS: null });
    expect(state.environment).toContain('GREETING=hello');
    expect([state.begun, state.asked.size]).toEqual([true, 1]);
  });

  it('has its half-met condition, its respawn and its waiting client in place', () => {
    const { world } = start();
    const { state } = world.engine;
    const [asked] = state.asked;
    const ends = (job: string, code: number): void => {
      const { lastReport, classes, instances } = state;
      const [id] = classes.get(job)?.instances.values() ?? [];
      const main = instances.get(id as number)?.processes.main;
      if (!main) throw new Error(`${job} has no process`);
      const end = { process: main.token, pid: main.pid, code, signal: 0, core: false };
      const report = { type: 'exited', seq: lastReport + 1, ...end, usage: USAGE } satisfies Report;
      world.input({ type: 'report', report });
    };
    world.emit('other', 'NAME=value');
    expect(world.status('paused')).toBe('paused start/spawned');
    ends('web', 1);
    expect(world.status('web'), 'the follower has to stop first, once the rest of its condition is met').toBe(
      'web start/stopping',
    );
    world.emit('never');
    ends('follower', 0);
    expect(world.commands()).toContain('true');
    ends('slow', 0);
    expect(world.answer(asked as string)).toBe('ok');
  });

  it('is saved in the format of today', () => {
    const { engine, store } = start();
    store.resume();
    store.save({ supervisor: 'this one', state: engine.state, commands: [] }, 0);
    store.close();
    expect(open().recover('this one')?.snapshot).toMatchObject({ format: FORMAT, supervisor: 'this one' });
  });

  it('has jobs whose files are what they were', () => {
    const { world } = start();
    for (const path of JOB_FILES) {
      const name = basename(path, '.conf');
      const known = world.engine.state.classes.get(name)?.definition;
      if (!known) continue;
      const definition = parseJob(readFileSync(path, 'utf8'), { name, path: known.path });
      world.input({ type: 'define', name, definition });
      expect(world.effects, 'the class is the same one').toEqual([]);
      const jobClass = world.engine.state.classes.get(name);
      expect(jobClass?.definition).toEqual(definition);
      expect(explainJob(world.engine.context, name, jobClass, NO_TROUBLE, 0, true).notes.join()).not.toContain(
        'changed',
      );
    }
  });
});

it('commands of format 3 get what they lack, and keep what they have', () => {
  const spec = (label?: string) => {
    const { outputLabel: _, ...older } = SPEC;
    return label === undefined ? older : { ...older, outputLabel: label };
  };
  const commands = [
    { type: 'spawn', id: 1, spec: spec() },
    { type: 'spawn', id: 2, spec: spec('web') },
    { type: 'end', id: 3, status: 0 },
  ] as Snapshot['commands'];
  expect(migrate({ snapshot: { ...written(), commands }, batches: [] })).toBe(true);
  expect(commands).toEqual([
    { type: 'spawn', id: 1, spec: { ...SPEC, outputLabel: null } },
    { type: 'spawn', id: 2, spec: { ...SPEC, outputLabel: 'web' } },
    { type: 'end', id: 3, status: 0 },
  ]);
});

it('signals in a journal of format 4 mean nothing more: what they meant comes behind them', () => {
  const report = { type: 'signal', seq: 9, signal: 15 } as Report;
  const input = { type: 'report' as const, report, now: 0, wall: 0 };
  expect(migrate({ snapshot: written(4), batches: [[input]] })).toBe(true);
  expect(report).toEqual({ type: 'signal', seq: 9, signal: 0 });
});

describe('processes of format 5', () => {
  const main = (state: EngineState, job: string): ProcessState => {
    const [id] = state.classes.get(job)?.instances.values() ?? [];
    return state.instances.get(id as number)?.processes.main as ProcessState;
  };

  it('get the phase that their fields hid', () => {
    const snapshot = written(5);
    expect(migrate({ snapshot, batches: [] })).toBe(true);
    const phases = ['web', 'ordered', 'held', 'crowded', 'account'].map((job) => [job, main(snapshot.state, job)]);
    expect(Object.fromEntries(phases)).toEqual({
      web: expect.objectContaining({ phase: 'executed', retries: 0 }),
      ordered: expect.objectContaining({ phase: 'executed', orderable: true }),
      held: expect.objectContaining({ phase: 'started', retries: 0 }),
      crowded: expect.objectContaining({ phase: 'retrying', pid: 0, retries: 4 }),
      account: expect.objectContaining({ phase: 'resolving', pid: 0, retries: 0, lookups: 16 }),
    });
    for (const [, process] of phases) expect(process).not.toHaveProperty('execed');
    for (const [, process] of phases) expect(process).not.toHaveProperty('asked');
  });

  it.each([
    ['asked', 'has no pid and no timer', { pid: 0, execed: false, retries: 0 }, false],
    ['asked', 'is asked for once more after retries', { pid: 0, execed: false, retries: 2 }, false],
    ['asked', 'is asked for once more after look-ups', { pid: 0, execed: false, retries: 0, asked: 3 }, false],
    ['retrying', 'could not be forked', { pid: 0, execed: false, retries: 1 }, true],
    ['retrying', 'could not be forked after look-ups', { pid: 0, execed: false, retries: 1, asked: 3 }, true],
    ['resolving', 'has look-ups only', { pid: 0, execed: false, retries: 0, asked: 1 }, true],
    ['started', 'has a pid', { pid: 7, execed: false, retries: 1 }, false],
    ['executed', 'has executed', { pid: 7, execed: true, retries: 1, asked: 2 }, false],
  ])('are %s: one that %s', (phase, _, fields, waits) => {
    const snapshot = written(5);
    const { state } = snapshot;
    const [instance] = state.instances.values() as Iterator<InstanceState> & Iterable<InstanceState>;
    if (!instance) throw new Error('there is no instance');
    const older = () => ({ token: 1, firstPid: 0, forks: 0, ...fields }) as unknown as ProcessState;
    instance.processes = { 'pre-stop': older() };
    instance.successor = older();
    state.timers.clear();
    const action: TimerAction = { kind: 'spawn', instance: instance.id, slot: 'pre-stop' };
    if (waits) state.timers.set(1, { id: 1, dueMs: 0, action });
    expect(migrate({ snapshot, batches: [] })).toBe(true);
    expect(instance.processes['pre-stop']?.phase).toBe(phase);
    const ofSuccessor = waits ? 'asked' : phase;
    expect(instance.successor?.phase, 'no timer is for a successor').toBe(ofSuccessor);
  });
});

describe('quantities of format 5', () => {
  /** The state with other values than the defaults, by the names of format 5. */
  function older(): { snapshot: Snapshot; define: Input } {
    const snapshot = written(5);
    const { state } = snapshot;
    Object.assign(state.settings, { hookTimeout: 11, stopTimeout: 12 });
    Object.assign(state, { quiesce: { reason: 'shutdown', phase: 'kill', began: 13, phaseBegan: 14 } });
    const values = { killTimeout: 15, hookTimeout: 16, respawnInterval: 17, unread: ['umask', 'hookTimeout'] };
    const { unread: _, ...definition } = (state.classes.get('web') as ClassState).definition;
    for (const jobClass of state.classes.values()) {
      Object.assign(jobClass.definition, structuredClone(values));
      jobClass.next = { definition: { ...definition, ...structuredClone(values) } };
    }
    for (const instance of state.instances.values()) Object.assign(instance, { respawnTime: 18 });
    const given = { ...definition, ...structuredClone(values) };
    return { snapshot, define: { type: 'define', name: 'web', definition: given, now: 0, wall: 0 } };
  }

  it('keep their values under names with units', () => {
    const { snapshot, define } = older();
    const dues = [...snapshot.state.timers.values()].map((timer) => (timer as unknown as { due: number }).due);
    expect(migrate({ snapshot, batches: [[define]] })).toBe(true);
    const { settings, quiesce, classes, instances, timers } = snapshot.state;
    expect(settings).toMatchObject({ hookTimeoutS: 11, stopTimeoutS: 12 });
    expect(quiesce).toEqual({ reason: 'shutdown', phase: 'kill', beganMs: 13, phaseBeganMs: 14 });
    expect([...timers.values()].map(({ dueMs }) => dueMs)).toEqual(dues);
    const definitions = [...classes.values()].flatMap(({ definition, next }) => [definition, next?.definition]);
    for (const definition of [...definitions, 'definition' in define ? define.definition : null]) {
      expect(definition).toMatchObject({ killTimeoutS: 15, hookTimeoutS: 16, respawnIntervalS: 17 });
      expect(definition?.unread).toEqual(expect.arrayContaining(['umask', 'hookTimeoutS']));
      expect(definition?.unread).not.toContain('killTimeoutS');
    }
    for (const { respawnWindowS } of instances.values()) expect(respawnWindowS).toBe(18);
  });

  it('standing orders have one name, in commands and in reports', () => {
    const { snapshot, define } = older();
    const spawn = { type: 'spawn', id: 1, spec: { keep: true } };
    Object.assign(snapshot, {
      commands: [spawn, { type: 'again', id: 2, process: 1 }, { type: 'not-again', id: 3, process: 1 }],
    });
    const report = { type: 'exited', seq: 1, process: 1, again: 2 };
    const input = { ...define, type: 'report', report } as unknown as typeof define;
    expect(migrate({ snapshot, batches: [[input]] })).toBe(true);
    expect(snapshot.commands).toEqual([
      { type: 'spawn', id: 1, spec: { orderable: true } },
      { type: 'standing-order', id: 2, process: 1 },
      { type: 'withdraw-standing-order', id: 3, process: 1 },
    ]);
    expect(report).toEqual({ type: 'exited', seq: 1, process: 1, standingOrder: 2 });
  });

  it('leave no older name behind', () => {
    const { snapshot, define } = older();
    expect(migrate({ snapshot, batches: [[define]] })).toBe(true);
    const text = inspect([snapshot, define], { depth: Number.POSITIVE_INFINITY, maxArrayLength: null });
    expect(text).not.toMatch(
      /\b(?:killTimeout|hookTimeout|stopTimeout|respawnInterval|respawnTime|repeatable|due|began)\b/,
    );
  });
});

it.each([1, FORMAT + 1, Number.NaN])('there is no way from format %d', (format) => {
  expect(migrate({ snapshot: { ...written(), format }, batches: [] })).toBe(false);
});
