/**
 * The pure engine: inputs a second with 10, 1000 and 10,000 job classes. An event that starts one job, its process's
 * reports and its end are what a run consists of, so that the figure should not depend on how many other jobs there are.
 */
import { Engine } from '../packages/daemon/src/engine/engine.ts';
import type { Effect, Input } from '../packages/daemon/src/engine/model/messages.ts';
import { DEFAULT_SETTINGS } from '../packages/daemon/src/engine/model/settings.ts';
import { newState } from '../packages/daemon/src/engine/model/state.ts';
import { emptyDefinition, type JobDefinition } from '../packages/job-language/src/job-definition.ts';

const INIT_ENV = ['PATH=/bin', 'TERM=dumb'];

/** A task that its own event starts, and a state that follows it. */
function task(i: number): JobDefinition {
  return {
    ...emptyDefinition(`task${i}`, ''),
    task: true,
    startOn: { op: 'event', name: `go${i}`, args: [] },
    processes: { main: { kind: 'exec', text: 'true' } },
  };
}

function follower(i: number): JobDefinition {
  return {
    ...emptyDefinition(`after${i}`, ''),
    startOn: { op: 'event', name: 'started', args: [`task${i}`] },
    stopOn: { op: 'event', name: 'stopped', args: [`task${i}`] },
  };
}

export interface EngineFigure {
  classes: number;
  inputsPerSecond: number;
}

/** Plays `events` events to an engine of `classes` classes. */
export function measureEngine(classes: number, events: number): EngineFigure {
  const engine = new Engine(newState({ ...DEFAULT_SETTINGS, initEnv: INIT_ENV, logDir: '/log' }, [...INIT_ENV]));
  let inputs = 0;
  let seq = 0;
  const apply = (input: object): Effect[] => {
    inputs++;
    return engine.apply({ ...input, now: inputs, wall: inputs } as Input);
  };
  const pairs = classes / 2;
  for (let i = 0; i < pairs; i++) {
    for (const definition of [task(i), follower(i)]) apply({ type: 'define', name: definition.name, definition });
  }
  const usage = { user: 0, system: 0, maxRss: 0 };
  const round = (i: number): void => {
    for (const effect of apply({ type: 'emit', name: `go${i % pairs}`, env: [`N=${i}`] })) {
      if (effect.type !== 'command' || effect.command.type !== 'spawn') continue;
      const process = effect.command.id;
      apply({ type: 'report', report: { seq: ++seq, type: 'spawned', process, pid: 1000 + i } });
      apply({ type: 'report', report: { seq: ++seq, type: 'execed', process } });
      const end = { seq: ++seq, type: 'exited', process, pid: 1000 + i, code: 0, signal: 0, core: false, usage };
      apply({ type: 'report', report: end });
    }
  };
  for (let i = 0; i < events / 10; i++) round(i);
  const before = inputs;
  const began = process.hrtime.bigint();
  for (let i = 0; i < events; i++) round(i);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  return { classes, inputsPerSecond: Math.round((inputs - before) / seconds) };
}
