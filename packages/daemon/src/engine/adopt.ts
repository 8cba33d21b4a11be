/**
 * Taking over what the supervisor runs and the state does not know of, because the saved state was lost or is older than
 * what has happened since. What can be read of a process says which job it belongs to; how it came to be is not known.
 */
import { isDeepStrictEqual } from 'node:util';
import { SLOTS, type Slot } from '@upstart/protocol';
import { emptyDefinition, type JobDefinition, type ProcessDefinition } from '../job-definition.ts';
import { release } from './blocking.ts';
import { addClass } from './classes.ts';
import type { Context } from './context.ts';
import { setVariable, unsetVariable } from './environment.ts';
import { findOrCreateInstance } from './instances.ts';
import type { FoundProcess, Input } from './messages.ts';
import { cancelKillTimer } from './processes.ts';
import { commandLine, SUPPLIED_VARIABLES } from './spawn-spec.ts';
import type { ClassState, InstanceState, ProcessState } from './state.ts';

type Adoption = Extract<Input, { type: 'adopt' }>;

/** The state that an instance is in by the hook that it runs. One that runs none is `running`. */
const GOALS: readonly (readonly [slot: Exclude<Slot, 'main'>, goal: 'start' | 'stop'])[] = [
  ['post-stop', 'stop'],
  ['pre-stop', 'stop'],
  ['post-start', 'start'],
  ['pre-start', 'start'],
  ['security', 'start'],
];

/** Makes the state agree with the supervisor's table of processes. */
export function adopt(context: Context, { lastCommand, alive: tokens, unknown }: Adoption): void {
  const { state } = context;
  // Commands with numbers that were given out before are not carried out.
  state.nextCommand = Math.max(state.nextCommand, lastCommand + 1);
  const alive = new Set(tokens);
  const moved = new Set<InstanceState>();
  for (const found of unknown) {
    const instance = takeIn(context, found, alive);
    if (instance) moved.add(instance);
  }
  for (const instance of moved) settle(context, instance);
  askForEnds(context, lastCommand, alive);
}

/** Gives the process to its instance, whose processes that are no more go. Undefined for one that cannot be told. */
function takeIn(context: Context, found: FoundProcess, alive: ReadonlySet<number>): InstanceState | undefined {
  if (found.job === null) {
    context.log('error', `Process ${found.pid} belongs to no job that could be found out, and is left alone`);
    return undefined;
  }
  const jobClass = context.state.classes.get(found.job) ?? addForgottenClass(context, found.job);
  const instance = findOrCreateInstance(context, jobClass, found.instance);
  for (const [slot, { token }] of Object.entries(instance.processes)) {
    if (!alive.has(token)) drop(context, instance, slot as Slot);
  }
  const { process: token, pid } = found;
  const slot = slotOf(jobClass.definition, instance, found.argv);
  if (slot === undefined) {
    context.log('error', `Process ${pid} of ${context.display(instance)} is one too many, and is left alone`);
    return instance;
  }
  instance.processes[slot] = { token, pid, firstPid: pid, forks: 0, execed: true, retries: 0 };
  context.addProcess(token, instance, slot);
  instance.env = ownEnvironment(found.env);
  context.log('error', `${context.display(instance)} ${slot} process (${pid}) was found running and is taken over`);
  context.effects.push({ type: 'process', job: found.job, instance: found.instance, slot, pid });
  return instance;
}

/** A class whose file has gone: it lasts until its last instance has ended. */
function addForgottenClass(context: Context, name: string): ClassState {
  const jobClass = addClass(context, emptyDefinition(name, ''));
  jobClass.next = { definition: null };
  return jobClass;
}

function drop(context: Context, instance: InstanceState, slot: Slot): void {
  if (slot === 'main') cancelKillTimer(context, instance);
  context.removeProcess((instance.processes[slot] as ProcessState).token);
  delete instance.processes[slot];
}

/** The slot that this is the command line of; if that cannot be told, the main process, or else any hook of the job. */
function slotOf(definition: JobDefinition, instance: InstanceState, argv: readonly string[]): Slot | undefined {
  const free = (slot: Slot): boolean => instance.processes[slot] === undefined;
  const defined = SLOTS.filter((slot) => definition.processes[slot] !== undefined && free(slot));
  const fitting = defined.filter((slot) =>
    isDeepStrictEqual(commandLine(definition.processes[slot] as ProcessDefinition).argv, argv),
  );
  if (fitting.length === 1) return fitting[0];
  return free('main') ? 'main' : defined[0];
}

/** The environment of the process without what every process of a job gets on top. */
function ownEnvironment(processEnv: readonly string[]): string[] {
  const env: string[] = [];
  for (const entry of processEnv) if (entry.includes('=')) setVariable(env, entry);
  for (const name of SUPPLIED_VARIABLES) unsetVariable(env, name);
  return env;
}

/** Puts the instance where its processes say that it is; whatever it waited for is over. */
function settle(context: Context, instance: InstanceState): void {
  const { name: job } = context.classOf(instance).definition;
  const [state, goal] = GOALS.find(([slot]) => instance.processes[slot]) ?? (['running', 'start'] as const);
  const blocker = context.state.events.get(instance.blocker);
  if (blocker) blocker.instances = blocker.instances.filter((id) => id !== instance.id);
  instance.blocker = 0;
  instance.startEnv = null;
  release(context, instance, false);
  if (instance.goal !== goal) {
    context.effects.push({ type: 'goal', job, instance: instance.name, from: instance.goal, to: goal });
  }
  if (instance.state !== state) {
    context.effects.push({ type: 'state', job, instance: instance.name, from: instance.state, to: state });
  }
  instance.goal = goal;
  instance.state = state;
}

/**
 * Processes that the supervisor does not have: either their end is among the reports that are still to come, or it was
 * reported to a daemon whose state is lost. The answer to a signal that does nothing comes behind all those reports.
 */
function askForEnds(context: Context, lastCommand: number, alive: ReadonlySet<number>): void {
  for (const { processes } of context.state.instances.values()) {
    for (const { token } of Object.values(processes)) {
      if (token > lastCommand || alive.has(token)) continue;
      context.command((id) => ({ type: 'signal', id, process: token, signal: 0, group: false }));
    }
  }
}
