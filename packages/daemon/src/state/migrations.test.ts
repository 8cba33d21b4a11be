import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { TEST_SETTINGS, TestWorld } from '../engine/test-world.ts';
import { SPEC } from '../process/testing/init.ts';
import type { Report } from '../process-messages.ts';
import { startState } from '../start-state.ts';
import { migrate } from './migrations.ts';
import { decodeRecords, FORMAT } from './records.ts';
import { type Snapshot, StateStore } from './store.ts';

const FORMAT_3 = fileURLToPath(new URL('format-3/', import.meta.url));
const USAGE = { user: 0, system: 0, maxRss: 0 };

/** The snapshot as it was written. */
function written(): Snapshot {
  return decodeRecords(readFileSync(join(FORMAT_3, 'snapshot-2'))).values[0] as Snapshot;
}

describe('a state of format 3', () => {
  let directory: string;
  const said: string[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'format-3-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    cpSync(FORMAT_3, directory, { recursive: true });
    said.length = 0;
  });

  const open = () => new StateStore(directory, (text) => said.push(text));

  function start() {
    const log = { write: (_: string, text: string) => void said.push(text) };
    const saved = { store: open(), identity: written().supervisor, failures: 0 };
    const started = startState(saved, { lastCommand: 8, processes: [] }, log, () => TEST_SETTINGS);
    const world = new TestWorld();
    world.engine = started.engine;
    world.now = 1_000_000_000;
    // Its own reports have numbers that were used already.
    world.obeys = false;
    return { ...started, world, store: saved.store };
  }

  it('is what it says', () => {
    expect(written().format).toBe(3);
    expect(written().state.settings).not.toHaveProperty('jobOutput');
  });

  it('is gone on with, snapshot and journal, and nothing is said to be lost', () => {
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
    expect(state.settings).toMatchObject({ jobOutput: false, exitWith: null, stopTimeout: null });
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

  it('gets what commands lack, and keeps what they have', () => {
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
});

it.each([1, FORMAT + 1, Number.NaN])('there is no way from format %d', (format) => {
  expect(migrate({ snapshot: { ...written(), format }, batches: [] })).toBe(false);
});
