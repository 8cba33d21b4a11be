/** The states of an instance, as the parts of its life that people ask about. */
import type { State } from '@upstart/protocol';

/** `starting`: it waits for what reacts to its `starting` event; `spawned`: its main process is there, but not known to be ready. */
export const PHASES = ['starting', 'pre-start', 'spawned', 'post-start', 'running', 'stopping'] as const;
export type Phase = (typeof PHASES)[number];

/** null: it does not exist. */
const PHASE_OF: Readonly<Record<State, Phase | null>> = {
  waiting: null,
  starting: 'starting',
  'security-spawning': 'pre-start',
  security: 'pre-start',
  'pre-starting': 'pre-start',
  'pre-start': 'pre-start',
  spawning: 'spawned',
  spawned: 'spawned',
  'post-starting': 'post-start',
  'post-start': 'post-start',
  running: 'running',
  'pre-stopping': 'stopping',
  'pre-stop': 'stopping',
  stopping: 'stopping',
  killed: 'stopping',
  'post-stopping': 'stopping',
  'post-stop': 'stopping',
};

export function phaseOf(state: State): Phase | null {
  return PHASE_OF[state];
}

/** Whether an instance in this phase is on its way to run. */
export function isComingUp(phase: Phase | null): boolean {
  return phase !== null && phase !== 'running' && phase !== 'stopping';
}
