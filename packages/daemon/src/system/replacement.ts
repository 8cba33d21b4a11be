/** Replacing the running init by the installed one, while everything goes on (reference: system §6). */
import type { Log } from '../log.ts';
import type { Supervisor } from '../process/supervisor.ts';
import type { Runner } from '../runner.ts';

export class Replacement {
  private readonly runner: Runner;
  private readonly supervisor: Pick<Supervisor, 'replace' | 'onClose'>;
  private readonly log: Log;
  private begun = false;

  constructor(runner: Runner, supervisor: Pick<Supervisor, 'replace' | 'onClose'>, log: Log) {
    this.runner = runner;
    this.supervisor = supervisor;
    this.log = log;
  }

  /**
   * Ends this daemon for the next one, which goes on with its state; the supervisor re-executes itself in between. Clients
   * are disconnected, and ask the next daemon again.
   */
  begin(): void {
    if (this.begun) return;
    this.begun = true;
    this.log.write('warn', 'Re-executing init');
    // What has been submitted is applied, and what was reported acknowledged, before the state is saved.
    setImmediate(() => {
      this.runner.save();
      this.supervisor.replace();
      this.supervisor.onClose(() => process.exit(0));
    });
  }
}
