/** What the system's init does for the machine, and the init of a session or a container does not. */
import type { LogSink } from '../log/log.ts';
import type { Report } from '../supervisor/process-messages.ts';
import { openKernelLog } from './kernel-log.ts';
import { noteLogouts } from './login-records.ts';
import { omitFromSendsigs } from './sendsigs.ts';

export interface SystemDuties {
  /** Where the log goes first; null: to standard output and error only. */
  openLog(): LogSink | null;
  /** This daemon has begun, or has another helper: what a shutdown is to leave alone. */
  noteOwnProcesses(): void;
  /** Reports that no daemon has taken before, before they are acknowledged. */
  noteReports(reports: readonly Report[]): void;
}

const OF_THE_MACHINE: SystemDuties = {
  openLog: () => openKernelLog(),
  noteOwnProcesses: () => omitFromSendsigs(),
  noteReports: (reports) => {
    noteLogouts(reports);
    if (reports.some((report) => report.type === 'logger-replaced')) omitFromSendsigs();
  },
};

const NONE: SystemDuties = { openLog: () => null, noteOwnProcesses: () => {}, noteReports: () => {} };

export function systemDuties(isSystem: boolean): SystemDuties {
  return isSystem ? OF_THE_MACHINE : NONE;
}
