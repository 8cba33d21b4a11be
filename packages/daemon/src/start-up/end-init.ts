import type { Supervisor } from '../supervisor/supervisor.ts';

/** Makes the supervisor end, and this daemon with it, before any job has started. */
export function endInit(supervisor: Supervisor, status: number): void {
  supervisor.send([{ type: 'end', id: Number.MAX_SAFE_INTEGER, status }]);
  supervisor.onClose(() => process.exit(status));
}

/** A supervisor that cannot be replaced starts the next daemon, which asks again: at most once in so many milliseconds. */
const REPLACE_PAUSE_MS = 1000;

/** Replaces a supervisor that is too old to understand this daemon, before any other frame is sent or read. */
export function replaceSupervisor(supervisor: Supervisor): void {
  supervisor.onClose(() => process.exit(0));
  setTimeout(() => supervisor.send([{ type: 'replace', id: 0 }]), REPLACE_PAUSE_MS);
}
