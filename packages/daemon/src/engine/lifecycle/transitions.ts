/**
 * The states of an instance and their successors (reference: jobs §3).
 *
 *     waiting → starting → security → pre-start → spawned → post-start → running
 *                  │           │          │          │           │          │
 *                  └───────────┴──────────┴──────────┴───────────┤      pre-stop ⇄ running
 *                                                                ▼          │
 *                           starting (again) ← post-stop ← killed ← stopping
 *                            waiting (gone)  ←
 *
 * The states that end in -ing, except starting, running and stopping, are left at once; they exist because clients see them.
 */
import type { Goal, State } from '@upstart/protocol';

/** The state that follows when a step ends, by the goal at that moment. */
export const NEXT: Record<State, Record<'start' | 'stop', State>> = {
  waiting: { start: 'starting', stop: 'waiting' },
  starting: { start: 'security-spawning', stop: 'stopping' },
  'security-spawning': { start: 'security', stop: 'stopping' },
  security: { start: 'pre-starting', stop: 'stopping' },
  'pre-starting': { start: 'pre-start', stop: 'stopping' },
  'pre-start': { start: 'spawning', stop: 'stopping' },
  spawning: { start: 'spawned', stop: 'stopping' },
  spawned: { start: 'post-starting', stop: 'stopping' },
  'post-starting': { start: 'post-start', stop: 'stopping' },
  'post-start': { start: 'running', stop: 'stopping' },
  running: { start: 'stopping', stop: 'pre-stopping' },
  'pre-stopping': { start: 'pre-stop', stop: 'pre-stop' },
  'pre-stop': { start: 'running', stop: 'stopping' },
  stopping: { start: 'killed', stop: 'killed' },
  killed: { start: 'post-stopping', stop: 'post-stopping' },
  'post-stopping': { start: 'post-stop', stop: 'post-stop' },
  'post-stop': { start: 'starting', stop: 'waiting' },
};

/** The facts that decide the next state. */
export interface TransitionFacts {
  goal: Goal;
  state: State;
  /** The main process lives. */
  hasMain: boolean;
  /** The job defines a main process, which does not live. */
  mainLost: boolean;
  /** Init itself ends: nothing starts any more. */
  ending: boolean;
  /** It waits for its lease: nothing of its start has happened. */
  unbegun: boolean;
  /** Its lease ends: it has to stop, whatever its goal. */
  hasToStop: boolean;
}

/**
 * States that would lead to `running` without a main process: it ended before `expect` was met or right away, or a
 * start came after its end while a hook was running. The job stops, and starts again if its goal is start.
 */
const NEEDS_MAIN: ReadonlySet<State> = new Set(['spawned', 'post-start', 'pre-stop']);

/** States from which an instance whose lease ends has yet to begin its stop. */
const BEGINS: ReadonlySet<State> = new Set(['starting', 'security', 'pre-start', 'spawned', 'post-start', 'pre-stop']);

/**
 * The next state of an instance whose present step has ended. Goal `respawn` marks that the main process ended while a
 * hook was running: when the hook has ended, the job stops and starts again.
 */
export function nextState({ goal, state, hasMain, mainLost, ending, unbegun, hasToStop }: TransitionFacts): State {
  // An instance that has not started needs no stop: it is removed.
  if ((ending || unbegun) && state === 'starting' && goal === 'stop') return 'waiting';
  if (goal === 'respawn' || (hasToStop && goal === 'start' && BEGINS.has(state))) return 'stopping';
  if (state === 'running' && goal === 'stop' && !hasMain) return 'stopping';
  if (mainLost && NEEDS_MAIN.has(state)) return 'stopping';
  return NEXT[state][goal];
}
