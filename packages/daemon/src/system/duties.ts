/** The duties of the system's init to the machine; the init of a session or a container has none. */
import type { LogSink } from '../log/log.ts';
import type { Report } from '../supervisor/process-messages.ts';
import { openKernelLog } from './kernel-log.ts';
import { isRunlevelOfEnd, noteLogouts } from './login-records.ts';
import { omitFromSendsigs } from './sendsigs.ts';

export interface SystemDuties {
  /** The first output of the log; null: only standard output and error. */
  openLog(): LogSink | null;
  /** This daemon has begun, or has another helper: a shutdown must leave these processes alone. */
  noteOwnProcesses(): void;
  /** Gets reports that no daemon has taken before, before they are acknowledged. */
  noteReports(reports: readonly Report[]): void;
  /** Whether the scripts of a shutdown end all processes. */
  isGoingDown(): boolean;
}

const OF_THE_MACHINE: SystemDuties = {
  openLog: () => openKernelLog(),
  noteOwnProcesses: () => omitFromSendsigs(),
  noteReports: (reports) => {
    noteLogouts(reports);
    if (reports.some((report) => report.type === 'logger-replaced')) omitFromSendsigs();
  },
  isGoingDown: () => isRunlevelOfEnd(),
};

const NONE: SystemDuties = {
  openLog: () => null,
  noteOwnProcesses: () => {},
  noteReports: () => {},
  isGoingDown: () => false,
};

export function systemDuties(isSystem: boolean): SystemDuties {
  return isSystem ? OF_THE_MACHINE : NONE;
}
