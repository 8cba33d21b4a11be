/**
 * The program behind `upstart simulate`: reads a state, or job files, and prints the outcome as JSON. It runs in a process of its own, with
 * the caller's rights, on a copy of the saved state: init does no work for it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { standardStreams, systemErrorText } from '@upstart/common';
import { type JobDefinition, JobFileError, parseJob } from '@upstart/job-language';
import type { SimulatedEdit, SimulationAnswer, SimulationOrder, SimulationResult } from '@upstart/protocol';
import { definitionsIn } from '../conf/definitions-in.ts';
import { readJobFile } from '../conf/job-file.ts';
import { NOBODY } from '../engine/model/audience.ts';
import { DEFAULT_SETTINGS, type EngineSettings } from '../engine/model/settings.ts';
import type { EngineState } from '../engine/model/state.ts';
import { replay } from '../runner/replay.ts';
import { FIRST_EVENTS, freshState, type Plan, type PlannedAction, simulate } from '../simulation/plan.ts';
import { StateStore } from '../state/store.ts';
import { monotonicNow } from '../time/clock.ts';

/** Jobs run as those of a machine's init if no init is reachable. */
const SETTINGS: EngineSettings = {
  ...DEFAULT_SETTINGS,
  pid1: true,
  initEnv: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=linux'],
};

function answer(order: SimulationOrder): SimulationAnswer {
  const warnings: string[] = [];
  const live = order.stateDir === null ? null : liveState(order.stateDir, warnings);
  const found = order.confdirs.length > 0 ? definitionsIn(order.confdirs, warnings) : null;
  const edits = [...(found ?? []), ...order.edits.map(edited)];
  if (live && !order.boot && found === null) return { result: run(live, order, edits, []), warnings };
  const known =
    found || !live ? [] : [...live.classes.values()].map(({ next, definition }) => next?.definition ?? definition);
  const fresh = freshState(live?.settings ?? SETTINGS);
  return { result: run(fresh, order, [...known, ...edits], firstEvents(order, live)), warnings };
}

/** The events that a boot begins with: those that were asked for, else those of the init that runs, else those of an init without options. */
function firstEvents({ startupEvent }: SimulationOrder, live: EngineState | null): readonly string[] {
  if (startupEvent !== undefined) return startupEvent === null ? [] : [startupEvent];
  return live?.firstEvents ?? FIRST_EVENTS;
}

function run(
  state: EngineState,
  { actions, exits, boot }: SimulationOrder,
  edits: JobDefinition[],
  events: readonly string[],
): SimulationResult {
  const planned = actions.map((action): PlannedAction => {
    return action.type === 'edit' ? { type: 'define', definition: edited(action) } : action;
  });
  const plan: Plan = { firstEvents: events, actions: boot ? [{ type: 'boot' }, ...planned] : planned, edits, exits };
  return simulate(state, plan, { nowMs: monotonicNow(), wallMs: Date.now() });
}

/** The state of the init that saves it in this folder, up to its last input. */
function liveState(directory: string, warnings: string[]): EngineState {
  const store = StateStore.reader(directory, (text) => warnings.push(text));
  const replayed = replay(() => store.recover(null), {});
  if (!replayed) throw new Error(warnings.pop() ?? nothingIn(directory));
  replayed.engine.tellTo(NOBODY);
  return replayed.engine.state;
}

/** Why a folder has no state. */
function nothingIn(directory: string): string {
  try {
    readdirSync(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES')
      return `the state of init in ${directory} is for its owner: try as root, or --confdir DIR with its job files`;
    if (code !== 'ENOENT') return `cannot read ${directory}: ${systemErrorText(error)}`;
  }
  return `there is no saved state of an init in ${directory}; with --confdir none is needed`;
}

function edited({ file, path }: SimulatedEdit): JobDefinition {
  try {
    const content = readJobFile(path);
    if (content !== null) return parseJob(content.text, { name: basename(file).replace(/\.conf$/, ''), path });
  } catch (error) {
    if (error instanceof JobFileError) throw new Error(String(error));
    throw new Error(`cannot read ${path}: ${systemErrorText(error)}`);
  }
  throw new Error(`cannot read ${path}: there is no such file`);
}

function answerTo(text: string): SimulationAnswer {
  try {
    return answer(JSON.parse(text) as SimulationOrder);
  } catch (error) {
    return { error: (error as Error).message };
  }
}

standardStreams.out(JSON.stringify(answerTo(readFileSync(0, 'utf8'))));
