/** For tests: worlds whose saved state is lost, in part or all of it, while their processes run. */
import { expect } from 'vitest';
import { adoption } from '../../start-up/adoption.ts';
import { Engine } from '../engine.ts';
import { getVariable } from '../environment/environment.ts';
import type { FoundProcess, Input } from '../model/messages.ts';
import { newState } from '../model/state.ts';
import { armedProbes } from '../readiness/readiness.ts';
import { initialEnvironment } from '../requests/environment-requests.ts';
import { type FakeProcess, TEST_SETTINGS, type TestWorld } from './world.ts';

const ESRCH = 3;

/** The facts of a process as /proc would show them. */
export function found({ token, pid, spec }: FakeProcess): FoundProcess {
  const job = getVariable(spec.env, 'UPSTART_JOB') ?? null;
  return {
    process: token,
    pid,
    job,
    instance: getVariable(spec.env, 'UPSTART_INSTANCE') ?? '',
    argv: spec.argv,
    env: spec.env,
  };
}

/** Takes the world back to what it was after its first `kept` inputs, and has the engine adopt what runs now. */
export function forget(world: TestWorld, kept: number): void {
  const { nextCommand, lastReport } = world.engine.state;
  const inputs = world.inputs.slice(0, kept);
  world.engine = new Engine(newState(TEST_SETTINGS, initialEnvironment(TEST_SETTINGS)));
  world.inputs.length = 0;
  for (const input of inputs) world.engine.apply(structuredClone(input));
  adoptAll(world, nextCommand - 1, lastReport);
}

/** As `forget`, with nothing left but the job files as they are now. */
export function forgetAll(world: TestWorld): void {
  const { nextCommand, lastReport } = world.engine.state;
  const definitions = world.inputs.filter(
    (input): input is Extract<Input, { type: 'define' }> => input.type === 'define',
  );
  world.engine = new Engine(newState(TEST_SETTINGS, initialEnvironment(TEST_SETTINGS)));
  world.inputs.length = 0;
  for (const input of definitions) world.engine.apply(structuredClone(input));
  adoptAll(world, nextCommand - 1, lastReport);
}

export function adoptAll(world: TestWorld, lastCommand: number, acknowledged: number): void {
  // The probes ended with the daemon that had armed them.
  world.probes.clear();
  for (const probe of armedProbes(world.engine.context)) world.probes.set(probe.id, probe);
  const processes = [...world.processes.values()].map(({ token, pid }) => ({ process: token, pid }));
  const read = ({ process }: { process: number }) => found(world.processes.get(process) as FakeProcess);
  const input = adoption(world.engine, { lastCommand, processes }, acknowledged, read);
  if (!input) return;
  const effects = world.input(input);
  for (const effect of effects) {
    if (effect.type !== 'command') continue;
    expect(effect.command.id).toBeGreaterThan(lastCommand);
    if (effect.command.type !== 'signal' || effect.command.signal !== 0) continue;
    const { id, process } = effect.command;
    const errno = world.processes.has(process) ? 0 : ESRCH;
    world.report({ type: 'signalled', command: id, process, signal: 0, errno });
  }
}
