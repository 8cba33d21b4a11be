/** Daemons one after the other over one folder of state. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJob } from '@upstart/job-language';
import { onTestFinished } from 'vitest';
import { explainJob } from '../../engine/explain/explain.ts';
import type { EngineRequest } from '../../engine/model/messages.ts';
import { TEST_SETTINGS } from '../../engine/testing/world.ts';
import { startState } from '../../start-up/start-state.ts';
import { StateStore } from '../../state/store.ts';
import type { Command, Report } from '../../supervisor/process-messages.ts';
import { Runner } from '../runner.ts';

/** The parts that outlive a daemon: the state folder, and the effects of the supervisor. */
export class Machine {
  readonly directory = mkdtempSync(join(tmpdir(), 'faults-'));
  readonly commands: Command[] = [];
  readonly said: string[] = [];
  seq = 0;

  constructor() {
    onTestFinished(() => rmSync(this.directory, { recursive: true, force: true }));
  }

  daemon(): TestDaemon {
    return new TestDaemon(this);
  }
}

/** A daemon, whose supervisor only notes its commands. */
export class TestDaemon {
  readonly runner: Runner;
  readonly store: StateStore;
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
    const write = (priority: string, text: string): void => {
      if (priority === 'error') machine.said.push(text);
    };
    const log = { write, enabled: () => false, priority: 'error' as const };
    this.store = new StateStore(machine.directory, (text) => machine.said.push(text));
    const supervisor = { pid: 1, lastCommand: machine.commands.length, processes: [], subreaperErrno: 0 };
    const start = startState(
      { store: this.store, identity: 'this', failures: 0, progress: () => {} },
      supervisor,
      log,
      () => TEST_SETTINGS,
    );
    const sink = {
      send: (commands: readonly Command[]) => void machine.commands.push(...commands),
      pending: () => [],
      files: null,
      onClose: () => {},
    };
    const memory = { note: () => {} };
    const history = { take: () => {}, flush: () => {}, maySave: () => true };
    const probes = { take: () => {}, keep: () => {} };
    const parts = {
      engine: start.engine,
      store: this.store,
      supervisor: sink,
      identity: 'this',
      log,
      memory,
      history,
      probes,
    };
    this.runner = new Runner({ ...parts, replaced: () => {} });
    this.runner.resume(start.commands, supervisor);
  }

  define(jobs: Record<string, string>): this {
    for (const [name, text] of Object.entries(jobs)) {
      const definition = parseJob(text, { name, path: `/etc/init/${name}.conf` });
      this.runner.submit({ type: 'define', name, definition });
    }
    return this;
  }

  /** Has the inputs that are waiting applied, and with them reports. */
  flush(...reports: (Report extends infer R ? (R extends Report ? Omit<R, 'seq'> : never) : never)[]): this {
    this.runner.reports(reports.map((report) => ({ ...report, seq: ++this.#machine.seq }) as Report));
    return this;
  }

  /** The answer to a request. */
  async ask(request: EngineRequest, key?: string): Promise<string> {
    const answer = this.runner.request(request, key).then(
      () => 'ok',
      (error: Error) => error.message,
    );
    this.flush();
    return answer;
  }

  get state(): unknown {
    return structuredClone(this.runner.engine.state);
  }

  notes(job: string): string[] {
    const { context, state } = this.runner.engine;
    return explainJob(context, job, state.classes.get(job), { broken: [], switchedOff: null }, 0, true).notes;
  }

  programs(): string[] {
    return this.#machine.commands.flatMap((command) => (command.type === 'spawn' ? command.spec.argv : []));
  }
}
