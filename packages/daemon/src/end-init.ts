import type { Supervisor } from './process/supervisor.ts';

/** Has the supervisor end, and this daemon with it, before there is anything to stop. */
export function endInit(supervisor: Supervisor, status: number): void {
  supervisor.send([{ type: 'end', id: Number.MAX_SAFE_INTEGER, status }]);
  supervisor.onClose(() => process.exit(status));
}
