/** The failure of a run, as data, and the settings of the job's file that matter for it. */

import { counted, type Slot, secondsInWords, signalName } from '@upstart/common';
import type { Explanation, FailureReason } from '@upstart/protocol';
import type { FailureState } from '../model/failure-state.ts';
import type { ClassState } from '../model/state.ts';
import { knownCause, type Question } from './question.ts';

export function explainLast(asked: Question, { definition, last }: ClassState): Explanation['last'] {
  if (!last) return null;
  const { instance, at, respawns, hints, failure } = last;
  const text = [knownCause(asked, last.text), ...hints, ...(failure ? failureHints(asked, definition, failure) : [])];
  return { instance, at, text: text.join('; '), failure: failure && failureReason(failure), respawns };
}

/** Settings of the job's file that matter for the failure. */
export function failureHints(
  { privileged }: Question,
  { respawnLimit, respawnIntervalS }: ClassState['definition'],
  { slot, setting }: FailureState,
): string[] {
  const limit = `its limit is ${counted(respawnLimit, 'respawn')} in ${secondsInWords(respawnIntervalS * 1000)} (\`respawn limit\`)`;
  return [...(slot === 'respawn' ? [limit] : []), ...(privileged && setting !== undefined ? [setting] : [])];
}

export function failureReason({ slot, status, text, state, at }: FailureState): FailureReason {
  const exited = slot !== 'respawn' && slot !== 'ready' && status >= 0;
  const signal = exited ? status >> 8 : 0;
  return {
    slot: slot as Slot | 'respawn' | 'ready',
    exitStatus: exited && signal === 0 ? status : null,
    exitSignal: signal === 0 ? null : (signalName(signal) ?? String(signal)),
    spawnError: status < 0 ? text : null,
    state,
    at,
    text,
  };
}
