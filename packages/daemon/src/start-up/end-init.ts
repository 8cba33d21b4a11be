import type { Supervisor } from '../supervisor/supervisor.ts';

/** Has the supervisor end, and this daemon with it, before there is anything to stop. */
export function endInit(supervisor: Supervisor, status: number): void {
  supervisor.send([{ type: 'end', id: Number.MAX_SAFE_INTEGER, status }]);
  supervisor.onClose(() => process.exit(status));
}

/** A supervisor that cannot be replaced starts the next daemon, which asks again: not more often than this, in milliseconds. */
const REPLACE_PAUSE_MS = 1000;

/** Has a supervisor replaced that is older than this daemon and would not understand it. Nothing else has been sent or read yet. */
export function replaceSupervisor(supervisor: Supervisor): void {
  supervisor.onClose(() => process.exit(0));
  setTimeout(() => supervisor.send([{ type: 'replace', id: 0 }]), REPLACE_PAUSE_MS);
}
