import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseJob } from '@upstart/job-language';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { explainJob } from '../engine/explain/explain.ts';
import { processesOf } from '../engine/model/state.ts';
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

it.each([1, FORMAT + 1, Number.NaN])('there is no way from format %d', (format) => {
  expect(migrate({ snapshot: { ...written(), format }, batches: [] })).toBe(false);
});
