/** Who is logged in, as init keeps it: the record of a process that has ended says so (reference: jobs §4.4, step 3). */
import { LOGIN_FILES, type LoginFiles, markDead } from '@upstart/protocol/login-records';

export class LoginRecords {
  private readonly files: LoginFiles;
  private waiting: number[] = [];
  private working = false;

  constructor(files: LoginFiles = LOGIN_FILES) {
    this.files = files;
  }

  /** A process of a job has ended. Its record, if it has one, is dealt with when there is time. */
  ended(pid: number): void {
    this.waiting.push(pid);
    if (!this.working) {
      this.working = true;
      setImmediate(() => this.work());
    }
  }

  private work(): void {
    const pids = this.waiting;
    this.waiting = [];
    this.working = false;
    markDead(this.files, new Set(pids), Date.now());
  }
}
