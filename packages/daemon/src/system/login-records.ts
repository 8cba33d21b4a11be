/** Init's part in login records: marks the records of ended processes (reference: jobs §4.4, step 3). */
import { LOGIN_FILES, type LoginFiles, markDead, readRunlevel } from '@upstart/common/login-records';
import type { Report } from '../supervisor/process-messages.ts';

/** Marks the records of all processes that have ended by these reports. */
export function noteLogouts(reports: readonly Report[], files: LoginFiles = LOGIN_FILES): void {
  const pids = new Set<number>();
  for (const report of reports) {
    const isEnd = report.type === 'exited' || report.type === 'vanished';
    if (isEnd) pids.add(report.pid);
  }
  if (pids.size > 0) markDead(files, pids, Date.now());
}

/** Whether the machine halts or reboots: the level is recorded before the event that begins it. */
export function isRunlevelOfEnd(files: LoginFiles = LOGIN_FILES): boolean {
  try {
    return '06'.includes(readRunlevel(files.utmp)?.level ?? 'N');
  } catch {
    return false;
  }
}
