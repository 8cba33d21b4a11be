import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Input } from '../engine/model/messages.ts';
import type { ProcessState } from '../engine/model/process-state.ts';
import type { ClassState, EngineState, InstanceState } from '../engine/model/state.ts';
import type { TimerAction } from '../engine/model/timers.ts';
import { migrate, OLDEST } from './migrations.ts';
import { decodeRecords } from './records.ts';
import type { Snapshot } from './store.ts';

const SAVED = (format: number): string => fileURLToPath(new URL(`format-${format}/`, import.meta.url));

/** The snapshot as it was written. */
function written(format = OLDEST): Snapshot {
  return decodeRecords(readFileSync(join(SAVED(format), 'snapshot-2'))).values[0] as Snapshot;
}

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
