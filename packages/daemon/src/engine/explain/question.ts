/** The client of an explanation, and the form of events for it: with all variables, or without those that may be secrets. */

import type { SourceStatus } from '@upstart/protocol';
import { keyOf } from '../environment/environment.ts';
import type { Context } from '../model/context.ts';
import { type EventState, eventText } from '../model/state.ts';
import { Emitters } from './emitters.ts';

export type TellEvent = (event: Pick<EventState, 'name' | 'env'>) => string;

/**
 * The variables that init itself gives events, and the run level. Others may hold passwords: only clients that may read job
 * environments see them.
 */
const PUBLIC_VARIABLES: ReadonlySet<string> = new Set([
  ...['JOB', 'INSTANCE', 'RESULT', 'PROCESS', 'EXIT_STATUS', 'EXIT_SIGNAL'],
  ...['RUNLEVEL', 'PREVLEVEL'],
]);

export function publicVariables(env: readonly string[]): string[] {
  return env.filter((variable) => PUBLIC_VARIABLES.has(keyOf(variable)));
}

/** For clients that may read job environments. */
const tellAll: TellEvent = eventText;

/** For all other clients. */
const tellPublic: TellEvent = ({ name, env }) => eventText({ name, env: publicVariables(env) });

/** The cause of a start or a stop without secrets: only the name of the first event. */
function publicCause(cause: string): string {
  return cause.replace(/\bby `([^\s`]*).*$/s, 'by `$1`');
}

/** The facts that an answer is made from, and the rights of its client. */
export interface Question {
  context: Context;
  /** In milliseconds of monotonic time. */
  nowMs: number;
  /** Whether the client may read job environments. Otherwise answers have no variables, and nothing of the job's file. */
  privileged: boolean;
  tell: TellEvent;
  emitters: Emitters;
  /** The sources of events that jobs need or that run; none where the answer is not about them. */
  sources: readonly SourceStatus[];
}

export function question(
  context: Context,
  nowMs: number,
  privileged: boolean,
  sources: readonly SourceStatus[] = [],
): Question {
  const tell = privileged ? tellAll : tellPublic;
  return { context, nowMs, privileged, tell, emitters: new Emitters(context), sources };
}

/** A cause, as far as the client may know it. */
export function knownCause({ privileged }: Question, cause: string): string {
  return privileged ? cause : publicCause(cause);
}
