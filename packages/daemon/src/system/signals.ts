/** What signals mean to an init (reference: system §3), as tables: for the system's init, those of sessions, and those of containers. */

/** What an init can do about a signal. */
export interface SignalDuties {
  emit(event: string): void;
  reloadConfiguration(): void;
  /** Makes the control sockets anew, for when something has hidden or removed them. */
  listenAgain(): void;
  /** Replaces the running programs by the installed ones. */
  reexecute(): void;
  /** Ends the session or the container. */
  quiesce(): void;
}

type Action = (duties: SignalDuties) => void;

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
  (duties) =>
    duties.emit(event);
const quiesce: Action = (duties) => duties.quiesce();
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
  // Control-C, where it was started on a terminal.
  [INT, quiesce],
  [TERM, quiesce],
]);

/** Whatever the engines of containers are told to stop one with, and Control-C and Control-\ of its terminal. */
export const CONTAINER_SIGNALS: ReadonlyMap<number, Action> = new Map([
  [HUP, reload],
  [USR1, (duties) => duties.listenAgain()],
  ...[INT, QUIT, TERM, PWR, HALT].map((signal): [number, Action] => [signal, quiesce]),
]);
