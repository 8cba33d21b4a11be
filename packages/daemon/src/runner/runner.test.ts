/** A daemon that is killed between any two of its writes, and the next one: nothing of what was reported is lost. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJob } from '@upstart/job-language';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { EngineSettings } from '../engine/model/settings.ts';
import { TEST_SETTINGS } from '../engine/testing/world.ts';
import { startState } from '../start-up/start-state.ts';
import { StateStore } from '../state/store.ts';
import type { Command, Report } from '../supervisor/process-messages.ts';
import { monotonicNow } from '../time/clock.ts';
import { GIVEN_UP_AFTER_MS } from './kept-answers.ts';
import { Runner } from './runner.ts';

class Killed extends Error {}

/** The supervisor's part that outlives daemons. It carries commands out at once, each one once. */
class Machine {
  readonly directory = mkdtempSync(join(tmpdir(), 'runner-'));
  readonly settings: EngineSettings;
  readonly carriedOut: Command[] = [];
  reports: Report[] = [];
  #seq = 0;
  #nextPid = 100;
  readonly pids = new Map<number, number>();

  constructor(settings: Partial<EngineSettings>) {
    this.settings = { ...TEST_SETTINGS, ...settings };
    onTestFinished(() => rmSync(this.directory, { recursive: true, force: true }));
  }

  get lastCommand(): number {
    return this.carriedOut.at(-1)?.id ?? 0;
  }

  report(report: Report extends infer R ? (R extends Report ? Omit<R, 'seq'> : never) : never): void {
    this.reports.push({ ...report, seq: ++this.#seq } as Report);
  }

  obey(command: Command): void {
    if (command.id <= this.lastCommand) return;
    this.carriedOut.push(command);
    if (command.type === 'spawn') {
      this.pids.set(command.id, this.#nextPid);
      this.report({ type: 'spawned', process: command.id, pid: this.#nextPid++ });
      this.report({ type: 'execed', process: command.id });
    } else if (command.type === 'signal' && this.pids.has(command.process)) {
      const { process, signal } = command;
      const pid = this.pids.get(process) as number;
      this.pids.delete(process);
      this.report({ type: 'signalled', command: command.id, process, signal, errno: 0 });
      const usage = { user: 0, system: 0, maxRss: 0 };
      this.report({ type: 'exited', process, pid, code: 0, signal, core: false, usage });
    }
  }
}

/** One daemon; it is killed at its `lives`th step from the first delivery of reports on. A step is a write: to the journal or to the supervisor. */
class TestDaemon {
  readonly runner: Runner;
  readonly #machine: Machine;
  #steps = Number.POSITIVE_INFINITY;
  #replaced = false;
  #dead = false;

  constructor(machine: Machine) {
    this.#machine = machine;
    const said = { write: () => {}, enabled: () => false, priority: 'error' as const };
    const store = new StateStore(machine.directory, () => {});
    const supervisor = {
      pid: 1,
      lastCommand: machine.lastCommand,
      processes: [...machine.pids].map(([process, pid]) => ({ process, pid })),
      subreaperErrno: 0,
    };
    const start = startState(
      { store, identity: 'this', failures: 0, progress: () => {} },
      supervisor,
      said,
      () => machine.settings,
    );
    this.#interrupt(store, 'append');
    this.#interrupt(store, 'save');
    const sink = {
      send: (commands: readonly Command[], acknowledged = 0) => {
        if (!this.#step()) return;
        for (const command of commands) machine.obey(command);
        machine.reports = machine.reports.filter(({ seq }) => seq > acknowledged);
      },
      pending: () => [],
      files: null,
      onClose: () => {
        this.#replaced = true;
      },
    };
    const memory = { note: () => {} };
    const history = { take: () => {}, flush: () => {}, maySave: () => true };
    const probes = { take: () => {}, keep: () => {} };
    const parts = {
      engine: start.engine,
      store,
      supervisor: sink,
      identity: 'this',
      log: said,
      memory,
      history,
      probes,
    };
    this.runner = new Runner({ ...parts, replaced: () => {} });
    this.runner.resume(start.commands, supervisor);
    if (start.fresh) this.runner.submit({ type: 'begin', events: [] });
  }

  /** Reports are delivered until there are none; false: it was killed. */
  live(steps: number): boolean {
    this.#steps = steps;
    try {
      while (this.#machine.reports.length > 0 && !this.#replaced) this.runner.reports(this.#machine.reports);
      return true;
    } catch (error) {
      if (error instanceof Killed) return false;
      throw error;
    }
  }

  /** Before each write; false: this daemon has been killed, and writes nothing any more. */
  #step(): boolean {
    if (this.#dead) return false;
    this.#dead = this.#steps-- <= 0;
    if (this.#dead) throw new Killed();
    return true;
  }

  /** A kill may come before a write or behind it: behind it is before the next one. */
  #interrupt(store: StateStore, method: 'append' | 'save'): void {
    const write = store[method].bind(store) as (...args: unknown[]) => boolean;
    store[method] = (...args: unknown[]) => this.#step() && write(...args);
  }
}

// The first one: daemons of other tests leave timers behind, which would be armed again here and counted.
describe('a state that cannot be saved', () => {
  it('is saved by a timer once it can be, though nothing happens meanwhile; then there is no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime'] });
    onTestFinished(() => void vi.useRealTimers());
    const machine = new Machine({});
    const { runner } = new TestDaemon(machine);
    await vi.advanceTimersByTimeAsync(1);
    expect(vi.getTimerCount()).toBe(0);
    // A file in the place of the folder: no snapshot can be written, and the journal is gone.
    rmSync(machine.directory, { recursive: true });
    writeFileSync(machine.directory, '');
    runner.submit({ type: 'emit', name: 'go', env: [] });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(vi.getTimerCount()).toBe(1);
    rmSync(machine.directory);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(0);
    const { state } = new TestDaemon(machine).runner.engine;
    expect(state.begun).toBe(true);
  });
});

/** How many steps a daemon takes for something at most. */
const STEPS = 12;

/** The outcome when a daemon was killed at that step of handling a signal, and others follow. */
async function killedAt(
  step: number,
  settings: Partial<EngineSettings>,
  signal: number,
): Promise<Machine & { last: Runner }> {
  const machine = new Machine(settings);
  const first = new TestDaemon(machine);
  for (const [name, text] of Object.entries(JOBS)) {
    first.runner.submit({ type: 'define', name, definition: parseJob(text, { name, path: `/etc/init/${name}.conf` }) });
  }
  first.runner.submit({ type: 'emit', name: 'go', env: [] });
  await Promise.resolve();
  first.live(Number.POSITIVE_INFINITY);
  machine.report({ type: 'signal', signal });
  let daemon = first;
  const survived = daemon.live(step);
  if (step < 2) expect(survived, 'it has more writes to make').toBe(false);
  if (!survived) {
    daemon = new TestDaemon(machine);
    daemon.live(Number.POSITIVE_INFINITY);
  }
  return Object.assign(machine, { last: daemon.runner });
}

const JOBS = {
  web: 'start on go\nexec serve\n',
  answer: 'start on control-alt-delete or power-status-changed\nexec answer\n',
};

const started = (machine: Machine, program: string): number =>
  machine.carriedOut.filter((command) => command.type === 'spawn' && command.spec.argv.join(' ').includes(program))
    .length;
const count = (machine: Machine, type: Command['type']): number =>
  machine.carriedOut.filter((command) => command.type === type).length;

describe.each(Array.from({ length: STEPS }, (_, step) => step))(
  'a daemon that is killed at its write %d after',
  (step) => {
    it('SIGTERM to a session: it ends', async () => {
      const machine = await killedAt(step, {}, 15);
      expect([count(machine, 'end'), started(machine, 'serve')]).toEqual([1, 1]);
    });

    it.each([
      ['Ctrl-Alt-Del', 2],
      ['a failing power supply', 30],
    ])('%s: the job for it is started, once', async (_, signal) => {
      const machine = await killedAt(step, { pid1: true }, signal);
      expect(started(machine, 'answer')).toBe(1);
    });

    it('SIGTERM to process 1: it is replaced, once', async () => {
      const machine = await killedAt(step, { pid1: true }, 15);
      expect(count(machine, 'replace')).toBe(1);
      // The next daemon resumes from what was saved, and has nothing to replace any more.
      const next = new TestDaemon(machine);
      expect([count(machine, 'replace'), next.runner.engine.state.instances.size]).toEqual([1, 1]);
    });

    it('the end of a process: it is known', async () => {
      const machine = await killedAt(step, {}, 0);
      const [spawned] = machine.carriedOut.filter(({ type }) => type === 'spawn');
      machine.obey({
        type: 'signal',
        id: machine.lastCommand + 1000,
        process: spawned?.id as number,
        signal: 9,
        group: true,
      });
      const daemon = new TestDaemon(machine);
      if (!daemon.live(step)) new TestDaemon(machine).live(Number.POSITIVE_INFINITY);
      expect(new TestDaemon(machine).runner.engine.state.instances.size).toBe(0);
    });
  },
);

describe('the answer to a request that its client has given up', () => {
  it.each(['before', 'after'])('is forgotten when it was given up %s the answer came', async (when) => {
    const machine = new Machine({});
    const { runner } = new TestDaemon(machine);
    const definition = parseJob('start on go\npre-start exec prepare\nexec serve\n', {
      name: 'web',
      path: '/web.conf',
    });
    runner.submit({ type: 'define', name: 'web', definition });
    runner.request({ method: 'emit', name: 'go', env: [], wait: true }, 'key').catch(() => {});
    const { asked, answers } = runner.engine.state;
    const input = (): void => {
      runner.submit({ type: 'tick' });
      runner.reports([]);
    };
    input();
    const giveUp = (): void => {
      runner.keptAnswers.wereLost(['key'], monotonicNow() - GIVEN_UP_AFTER_MS);
      input();
    };
    expect([...asked]).toEqual(['key']);
    if (when === 'before') giveUp();
    expect([...asked], 'it is not carried out again either').toEqual(['key']);
    const [spawned] = machine.carriedOut;
    const usage = { user: 0, system: 0, maxRss: 0 };
    machine.report({
      type: 'exited',
      process: spawned?.id as number,
      pid: 100,
      code: 1,
      signal: 0,
      core: false,
      usage,
    });
    runner.reports(machine.reports);
    expect([...answers.keys()]).toEqual(['key']);
    if (when === 'after') giveUp();
    else {
      const later = monotonicNow() + 2 * GIVEN_UP_AFTER_MS;
      runner.keptAnswers.mayComeAgain = () => false;
      expect(runner.keptAnswers.take(later)).toEqual(['key']);
      return;
    }
    expect([...answers.keys()]).toEqual([]);
  });
});
