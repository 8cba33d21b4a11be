/** How events are told to somebody: with all of their variables, or without those that may be secrets. */
import { keyOf } from './environment.ts';
import { type EventState, eventText } from './state.ts';

export type TellEvent = (event: Pick<EventState, 'name' | 'env'>) => string;

/**
 * The variables that init itself gives events, and the run level. Others may be anything, passwords too: only those who may
 * read job environments are told them.
 */
const PUBLIC_VARIABLES: ReadonlySet<string> = new Set([
  ...['JOB', 'INSTANCE', 'RESULT', 'PROCESS', 'EXIT_STATUS', 'EXIT_SIGNAL'],
  ...['RUNLEVEL', 'PREVLEVEL'],
]);

export function publicVariables(env: readonly string[]): string[] {
  return env.filter((variable) => PUBLIC_VARIABLES.has(keyOf(variable)));
}

/** To those who may read job environments. */
export const tellAll: TellEvent = eventText;

/** To everybody. */
export const tellPublic: TellEvent = ({ name, env }) => eventText({ name, env: publicVariables(env) });

/** What is remembered of a start or a stop, as everybody may know it: the name of the first event. */
export function publicCause(cause: string): string {
  return cause.replace(/\bby `([^\s`]*).*$/s, 'by `$1`');
}
