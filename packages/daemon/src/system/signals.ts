/** What signals mean to an init (reference: system §3), as a table for the system's init and one for those of sessions. */

/** What an init can do about a signal. */
export interface SignalDuties {
  emit(event: string): void;
  reloadConfiguration(): void;
  /** Makes the control sockets anew, for when something has hidden or removed them. */
  listenAgain(): void;
  /** Replaces the running programs by the installed ones. */
  reexecute(): void;
  /** Ends the session. */
  quiesce(): void;
}

type Action = (duties: SignalDuties) => void;

const HUP = 1;
const INT = 2;
const USR1 = 10;
const TERM = 15;
const WINCH = 28;
const PWR = 30;

const emits =
  (event: string): Action =>
  (duties) =>
    duties.emit(event);
const reload: Action = (duties) => duties.reloadConfiguration();

export const SYSTEM_SIGNALS: ReadonlyMap<number, Action> = new Map([
  [HUP, reload],
  [INT, emits('control-alt-delete')],
  [WINCH, emits('keyboard-request')],
  [PWR, emits('power-status-changed')],
  [USR1, (duties) => duties.listenAgain()],
  [TERM, (duties) => duties.reexecute()],
]);

export const SESSION_SIGNALS: ReadonlyMap<number, Action> = new Map([
  [HUP, reload],
  [TERM, (duties) => duties.quiesce()],
]);
