/**
 * The meaning of signals to an init (reference: system §3), as tables: for the system's init, those of sessions, and those of containers. It is
 * decided here, when their report is applied: once that is in the journal, its meaning cannot be lost.
 */

import { beginQuiesce } from '../lifecycle/quiesce.ts';
import type { Context } from '../model/context.ts';
import { emitOwnEvent } from '../model/history.ts';
import type { EngineSettings } from '../model/settings.ts';

type Action = (context: Context) => void;

const HUP = 1;
const INT = 2;
const QUIT = 3;
const USR1 = 10;
const TERM = 15;
const WINCH = 28;
const PWR = 30;
/** SIGRTMIN+3 as C libraries count: how podman and others have an init halt. */
const HALT = 37;

const emits =
  (event: string): Action =>
  (context) =>
    emitOwnEvent(context, event, []);
const quiesce: Action = (context) => beginQuiesce(context, 'shutdown');
const reload: Action = ({ effects }) => effects.push({ type: 'duty', duty: 'reload-configuration' });
/** For control sockets that were hidden or removed. */
const listen: Action = ({ effects }) => effects.push({ type: 'duty', duty: 'listen-again' });

const SYSTEM_SIGNALS: ReadonlyMap<number, Action> = new Map([
  [HUP, reload],
  [INT, emits('control-alt-delete')],
  [WINCH, emits('keyboard-request')],
  [PWR, emits('power-status-changed')],
  [USR1, listen],
  [TERM, replaceInit],
]);

const SESSION_SIGNALS: ReadonlyMap<number, Action> = new Map([
  [HUP, reload],
  // Control-C, where it was started on a terminal.
  [INT, quiesce],
  [TERM, quiesce],
]);

/** Signals that engines of containers may be configured to stop one with, and Control-C and Control-\ of its terminal. */
const CONTAINER_SIGNALS: ReadonlyMap<number, Action> = new Map([
  [HUP, reload],
  [USR1, listen],
  ...[INT, QUIT, TERM, PWR, HALT].map((signal): [number, Action] => [signal, quiesce]),
]);

function meanings({ pid1, container }: EngineSettings): ReadonlyMap<number, Action> {
  if (pid1) return SYSTEM_SIGNALS;
  return container ? CONTAINER_SIGNALS : SESSION_SIGNALS;
}

/** Init was sent a signal. Ignores one without a meaning. */
export function signalReceived(context: Context, signal: number): void {
  meanings(context.state.settings).get(signal)?.(context);
}

/** The running programs are replaced by the installed ones (reference: system §6). The supervisor does that once, as any command. */
export function replaceInit(context: Context): void {
  context.command((id) => ({ type: 'replace', id }));
}
