/** Carries out the actions of a simulation, and sums up the outcome. */
import type { JobDefinition } from '@upstart/job-language';
import type { SimulatedAction, SimulationEnding, SimulationResult } from '@upstart/protocol';
import { stillNeeds } from '../engine/explain/residual.ts';
import type { EngineSettings } from '../engine/model/settings.ts';
import type { EngineState } from '../engine/model/state.ts';
import { newState } from '../engine/model/state.ts';
import { hasToSay } from '../engine/readiness/notify.ts';
import { initialEnvironment } from '../engine/requests/environment-requests.ts';
import { HORIZON_MS, Simulation } from './simulation.ts';

/** An action, with its job file read. */
export type PlannedAction = SimulatedAction | { readonly type: 'define'; readonly definition: JobDefinition };

export interface Plan {
  /** The events that a boot begins with; `FIRST_EVENTS` unless given. */
  readonly firstEvents?: readonly string[];
  readonly actions: readonly PlannedAction[];
  /** Definitions that replace existing ones, or are new. */
  readonly edits: readonly JobDefinition[];
  /** The exit status of main processes, by job. */
  readonly exits: Readonly<Record<string, number>>;
}

/** The events that an init without options begins with (reference: events §5). */
export const FIRST_EVENTS: readonly string[] = ['startup'];

/** The state that a fresh init would have with these jobs. */
export function freshState(settings: EngineSettings): EngineState {
  return newState(settings, initialEnvironment(settings));
}

/** Carries out a plan on `state`, and changes it. `nowMs`: the monotonic time of the state. */
export function simulate(state: EngineState, plan: Plan, time: { nowMs: number; wallMs: number }): SimulationResult {
  const simulation = new Simulation(state, new Map(Object.entries(plan.exits)), time);
  const { engine } = simulation;
  const unknown = Object.keys(plan.exits).filter((job) => !isDefined(engine.state, plan, job));
  for (const definition of plan.edits) define(simulation, definition);
  const before = new Set(
    [...engine.state.classes].filter(([, { instances }]) => instances.size > 0).map(([job]) => job),
  );
  let ending: SimulationEnding = 'quiet';
  for (const action of plan.actions) {
    act(simulation, action, plan);
    ending = simulation.run();
    if (ending === 'endless') break;
  }
  if (plan.actions.length === 0) ending = simulation.run();
  return {
    changes: simulation.changes,
    dropped: simulation.dropped,
    ending,
    errors: [...unknown.map((job) => `Unknown job: ${job}`), ...simulation.errors],
    never: plan.actions.some(({ type }) => type === 'boot') ? neverStarted(engine.state, simulation, before) : [],
    restless: simulation.restless,
    stuck: stuck(engine.state),
    assumed: assumptions(engine.state, plan),
  };
}

function isDefined({ classes }: EngineState, { edits, actions }: Plan, job: string): boolean {
  const later = actions.flatMap((action) => (action.type === 'define' ? [action.definition] : []));
  return classes.has(job) || [...edits, ...later].some(({ name }) => name === job);
}

function define(simulation: Simulation, definition: JobDefinition): void {
  simulation.input({ type: 'define', name: definition.name, definition });
}

function act(simulation: Simulation, action: PlannedAction, { firstEvents = FIRST_EVENTS }: Plan): void {
  if (action.type === 'define') define(simulation, action.definition);
  else if (action.type === 'boot') simulation.input({ type: 'begin', events: [...firstEvents] });
  else if (action.type === 'emit')
    simulation.request({ method: 'emit', name: action.name, env: action.env, wait: true });
  else simulation.request({ method: action.type, target: { job: action.job, env: action.env }, wait: true });
}

function neverStarted({ classes }: EngineState, { changes }: Simulation, before: ReadonlySet<string>) {
  const started = new Set(changes.flatMap((change) => (change.kind === 'state' ? [change.job] : [])));
  return [...classes.values()].flatMap(({ definition: { name }, startOn }) => {
    const needs = startOn === null || started.has(name) || before.has(name) ? null : stillNeeds(startOn);
    return needs === null ? [] : [{ job: name, needs }];
  });
}

function stuck({ classes, instances }: EngineState): SimulationResult['stuck'] {
  return [...classes.values()].flatMap(({ definition: { name: job }, instances: ids }) =>
    [...ids.values()].flatMap((id) => {
      const instance = instances.get(id);
      if (!instance || (instance.goal === 'start' && instance.state === 'running')) return [];
      return [{ job, instance: instance.name, goal: instance.goal, state: instance.state }];
    }),
  );
}

function assumptions({ classes }: EngineState, { exits }: Plan): string[] {
  const emitters = [...classes.values()].filter(({ definition }) => definition.emits.length > 0);
  const list = (names: readonly string[]): string =>
    names.length <= MAX_NAMED
      ? names.join(', ')
      : `${names.slice(0, MAX_NAMED).join(', ')} and ${names.length - MAX_NAMED} more`;
  return [
    'Services run until they are stopped; tasks and hooks end at once, with status 0.',
    ...([...classes.values()].some(({ definition }) => says(definition))
      ? ['Services are ready as soon as they run, and stay healthy.']
      : []),
    ...Object.entries(exits).map(([job, status]) => `The main process of ${job} ends at once, with status ${status}.`),
    ...(emitters.length > 0
      ? [
          `No process emits an event, though these say that they do: ${list(emitters.map(({ definition }) => definition.name))}.`,
        ]
      : []),
    ...([...classes.values()].some(({ definition }) => definition.cluster !== null)
      ? ['Jobs with `cluster` get their leases at once.']
      : []),
    `Timers later than ${HORIZON_MS / 60_000} minutes are ignored.`,
  ];
}

/** Whether readiness or health depends on what its processes do. */
function says({ expect, ready, check, watchdogMs }: JobDefinition): boolean {
  return hasToSay({ expect }) || ready.length > 0 || check.length > 0 || watchdogMs > 0;
}

/** The most names in a sentence. */
const MAX_NAMED = 8;
