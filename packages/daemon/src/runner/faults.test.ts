/** Faults of the engine: a job that makes it throw, in the middle of whatever it does. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_FAULTS } from '../engine/model/context.ts';
import type { EngineRequest, Input } from '../engine/model/messages.ts';
import * as spawnSpecModule from '../engine/processes/spawn-spec.ts';
import { MAX_INPUTS_IN_MEMORY, MemoryJournal } from '../state/memory-journal.ts';
import { StateStore } from '../state/store.ts';
import * as clockModule from '../time/clock.ts';
import { Machine, type TestDaemon } from './testing/machine.ts';

/** Which jobs the engine fails with when it is to start a process of theirs. */
const faulty = { jobs: new Set<string>(), times: 0 };
/** Time passes when a test says so. */
const clock = { now: 1000 };

beforeAll(() => {
  const { spawnSpec } = spawnSpecModule;
  vi.spyOn(spawnSpecModule, 'spawnSpec').mockImplementation((settings, definition, ...rest) => {
    if (faulty.jobs.has(definition.name)) {
      faulty.times++;
      throw new RangeError('Invalid string length');
    }
    return spawnSpec(settings, definition, ...rest);
  });
  vi.spyOn(clockModule, 'monotonicNow').mockImplementation(() => clock.now);
});
afterAll(() => {
  vi.restoreAllMocks();
});

const REASON = 'RangeError: Invalid string length';
const JOBS = {
  web: 'start on (startup or go)\nexec web\n',
  bad: 'start on (startup or go)\nexec bad\n',
  after: 'start on started web\nexec after\n',
};

beforeEach(() => {
  faulty.jobs = new Set(['bad']);
  faulty.times = 0;
});

/** From now on, so that what was before cannot fail when it is applied again. */
function becomesFaulty(daemon: TestDaemon): void {
  daemon.runner.save();
  faulty.jobs.add('bad');
}

const start = (job: string): EngineRequest => ({ method: 'start', target: { job, env: [] }, wait: false });
const emit = (name: string): EngineRequest => ({ method: 'emit', name, env: [], wait: false });

describe('a request that the engine cannot carry out', () => {
  it('costs itself: the one who asked gets an error, the state is as before, and it is logged', async () => {
    const machine = new Machine();
    const daemon = machine.daemon().define(JOBS).flush();
    const { faults: _none, ...before } = daemon.state as { faults?: unknown };
    expect(await daemon.ask(start('bad'))).toBe(`Internal error: ${REASON}`);
    const { faults, ...after } = daemon.state as { faults?: unknown };
    expect(after).toEqual(before);
    expect(faults).toEqual(new Map([['bad', { count: 1, at: expect.any(Number), text: REASON }]]));
    expect(machine.said).toEqual([
      expect.stringMatching(
        /^Unable to carry out a request \(start\) \(job bad\), the state is as before: RangeError: Invalid string length; in .*spawnSpec \(/,
      ),
    ]);
    expect(machine.said[0]).not.toContain('\n');
    expect(daemon.notes('bad')).toContain(`init had a fault with it: ${REASON}`);
    expect(await daemon.ask(start('web'))).toBe('ok');
    expect(daemon.programs()).toEqual(['web']);
  });

  it('is not carried out by the next daemon, which knows its answer', async () => {
    const machine = new Machine();
    const first = machine.daemon().define(JOBS).flush();
    expect(await first.ask(start('bad'), 'key')).toContain(REASON);
    const { state } = first;
    const next = machine.daemon();
    expect(next.state).toEqual(state);
    expect(faulty.times).toBe(1);
    expect(await next.ask(start('bad'), 'key')).toContain(REASON);
    expect(faulty.times).toBe(1);
    expect(machine.said).toHaveLength(1);
  });

  it('leaves those alone that came with it', async () => {
    const machine = new Machine();
    const daemon = machine.daemon().define(JOBS).flush();
    const answers = [start('web'), start('bad'), start('after')].map((request) =>
      daemon.runner.request(request).then(
        () => 'ok',
        (error: Error) => error.message,
      ),
    );
    daemon.flush();
    expect(await Promise.all(answers)).toEqual(['ok', `Internal error: ${REASON}`, 'ok']);
    expect(daemon.programs()).toEqual(['web', 'after']);
    expect(machine.commands.map(({ id }) => id)).toEqual([1, 2]);
    expect(machine.daemon().state).toEqual(daemon.state);
  });

  it('is an event to be emitted: so often, and the job at fault gets no more of them', async () => {
    const machine = new Machine();
    const daemon = machine.daemon().define(JOBS).flush();
    for (let times = 1; times <= MAX_FAULTS; times++) expect(await daemon.ask(emit('go'))).toContain(REASON);
    expect(await daemon.ask(emit('go'))).toBe('ok');
    expect(daemon.programs()).toEqual(['web']);
    expect(daemon.notes('bad').join()).toContain('(3 times)');
    expect(daemon.notes('bad').join()).toContain('it gets no more events until its file changes');
    faulty.jobs.clear();
    daemon.define({ bad: JOBS.bad }).flush();
    expect(await daemon.ask(emit('go'))).toBe('ok');
    expect(daemon.programs()).toEqual(['web', 'bad']);
  });
});

describe('what nobody has asked for', () => {
  it('is carried out without the job at fault', () => {
    const machine = new Machine();
    const daemon = machine.daemon().define(JOBS).flush();
    daemon.runner.submit({ type: 'begin', events: ['startup'] });
    daemon.flush();
    expect(daemon.programs()).toEqual(['web']);
    expect(daemon.runner.engine.state.begun).toBe(true);
    expect(machine.said).toHaveLength(1);
    expect(machine.daemon().state).toEqual(daemon.state);
  });

  it('is carried out without all jobs at fault', () => {
    faulty.jobs = new Set(['bad', 'after']);
    const machine = new Machine();
    const daemon = machine.daemon().define(JOBS).flush();
    daemon.runner.submit({ type: 'begin', events: ['startup'] });
    daemon.flush();
    daemon.flush({ type: 'spawned', process: 1, pid: 10 }, { type: 'execed', process: 1 });
    expect(daemon.runner.engine.state.lastReport).toBe(2);
    expect(daemon.programs()).toEqual(['web']);
    expect(machine.said).toHaveLength(2);
    expect(machine.daemon().state).toEqual(daemon.state);
  });

  it('counts as seen when it is a report about the job at fault itself', () => {
    faulty.jobs.clear();
    const machine = new Machine();
    const daemon = machine.daemon().define({ bad: 'respawn\nexec bad\npost-stop exec bad\n' }).flush();
    void daemon.ask(start('bad'));
    daemon.flush({ type: 'spawned', process: 1, pid: 10 }, { type: 'execed', process: 1 });
    becomesFaulty(daemon);
    const usage = { user: 0, system: 0, maxRss: 0 };
    daemon.flush({ type: 'exited', process: 1, pid: 10, code: 1, signal: 0, core: false, usage });
    expect(daemon.runner.engine.state.lastReport).toBe(3);
    expect(daemon.notes('bad').join()).toContain(REASON);
    expect(daemon.runner.engine.state.instances.size, 'it ends nevertheless').toBe(0);
    expect(daemon.runner.engine.state.events.size).toBe(0);
    expect(machine.said.at(-1)).toBe('bad: init had a fault with it, and has ended it');
    expect(machine.daemon().state).toEqual(daemon.state);
  });

  it('has what runs of the job at fault killed', () => {
    faulty.jobs.clear();
    const machine = new Machine();
    const daemon = machine.daemon().define({ bad: 'exec bad\npost-start exec bad\n' }).flush();
    void daemon.ask(start('bad'));
    becomesFaulty(daemon);
    daemon.flush({ type: 'spawned', process: 1, pid: 10 }, { type: 'execed', process: 1 });
    expect(machine.commands.at(-1)).toMatchObject({ type: 'signal', process: 1, signal: 9, group: true });
    expect(daemon.runner.engine.state.instances.size).toBe(0);
    daemon.flush({ type: 'signalled', command: 2, process: 1, signal: 9, errno: 0 });
    expect(machine.daemon().state).toEqual(daemon.state);
  });

  it('is the end of the session, which the job at fault does not keep from ending', () => {
    faulty.jobs.clear();
    const machine = new Machine();
    const daemon = machine.daemon().define({ bad: 'exec bad\npre-stop exec bad\n', web: 'exec web\n' }).flush();
    for (const job of ['bad', 'web']) void daemon.ask(start(job));
    for (const process of [1, 2]) daemon.flush({ type: 'spawned', process, pid: process }, { type: 'execed', process });
    becomesFaulty(daemon);
    daemon.flush({ type: 'signal', signal: 15 });
    const signals = machine.commands.filter(({ type }) => type === 'signal');
    expect(signals).toMatchObject([
      { process: 1, signal: 9 },
      { process: 2, signal: 15 },
    ]);
    expect(machine.daemon().state).toEqual(daemon.state);
    const usage = { user: 0, system: 0, maxRss: 0 };
    daemon.flush({ type: 'exited', process: 2, pid: 2, code: 0, signal: 15, core: false, usage });
    expect(daemon.runner.engine.state.ended).toBe(true);
  });

  it('is a timer that does not come again', () => {
    faulty.jobs.clear();
    const machine = new Machine();
    const daemon = machine.daemon().define({ bad: 'exec bad\n' }).flush();
    void daemon.ask(start('bad'));
    daemon.flush({ type: 'spawn-failed', process: 1, step: 'fork', errno: 11, detail: '' });
    expect(daemon.runner.engine.nextDue()).not.toBeNull();
    becomesFaulty(daemon);
    clock.now += 10_000;
    daemon.runner.submit({ type: 'tick' });
    daemon.flush();
    expect(faulty.times).toBeGreaterThan(0);
    expect(daemon.runner.engine.nextDue()).toBeNull();
    expect(daemon.runner.engine.state.instances.size).toBe(0);
  });
});

describe('a daemon that comes across it', () => {
  /** A daemon that dies of the fault, as it were: the journal has the input, and nothing of what came of it. */
  function journalOf(machine: Machine, inputs: readonly Input[]): void {
    faulty.jobs.clear();
    const daemon = machine.daemon().define(JOBS).flush();
    for (const input of inputs) daemon.store.append([input]);
    faulty.jobs.add('bad');
  }
  const request = (key: string, what: EngineRequest): Input => {
    return { now: 5, wall: 5, type: 'request', key, keep: true, request: what };
  };

  it('leaves it out alone, and knows its answer', async () => {
    const machine = new Machine();
    journalOf(machine, [request('a', start('web')), request('b', start('bad')), request('c', start('after'))]);
    const daemon = machine.daemon();
    expect(machine.said).toEqual([expect.stringContaining('Unable to carry out a request (start) (job bad)')]);
    expect(daemon.programs()).toEqual(['web', 'after']);
    expect(await daemon.ask(start('bad'), 'b')).toBe(`Internal error: ${REASON}`);
    expect(faulty.times).toBe(1);
    expect(machine.daemon().state).toEqual(daemon.state);
    expect(machine.said).toHaveLength(1);
  });

  it('knows it later, too, if there is no room for a snapshot', () => {
    const machine = new Machine();
    journalOf(machine, [request('b', start('bad')), request('a', start('web'))]);
    const write = vi.spyOn(StateStore.prototype, 'save').mockReturnValue(false);
    const daemon = machine.daemon();
    expect(faulty.times).toBe(1);
    expect(machine.daemon().state).toEqual(daemon.state);
    expect(faulty.times).toBe(1);
    write.mockRestore();
  });

  it('leaves out what follows when there is no end of it', () => {
    const machine = new Machine();
    journalOf(
      machine,
      Array.from({ length: 30 }, (_, i) => request(`k${i}`, start('bad'))),
    );
    const daemon = machine.daemon();
    expect(machine.said.at(-1)).toBe('Too many inputs cannot be carried out: the last 10 are left out');
    expect(daemon.programs()).toEqual([]);
  });
});

describe('while nothing can be written', () => {
  it('goes back by what is in memory', async () => {
    const machine = new Machine();
    const daemon = machine.daemon().define(JOBS).flush();
    vi.spyOn(daemon.store, 'append').mockReturnValue(false);
    const save = vi.spyOn(daemon.store, 'save').mockReturnValue(false);
    expect(await daemon.ask(start('web'))).toBe('ok');
    expect(await daemon.ask(start('bad'))).toContain(REASON);
    expect(await daemon.ask(start('after'))).toBe('ok');
    expect(daemon.programs()).toEqual(['web', 'after']);
    expect(await daemon.ask(start('bad'))).toContain(REASON);
    expect(daemon.runner.engine.state.instances.size).toBe(2);
    save.mockRestore();
    daemon.runner.save();
    expect(machine.daemon().state).toEqual(daemon.state);
  });

  it('keeps so many inputs', () => {
    const { engine } = new Machine().daemon().runner;
    const journal = new MemoryJournal();
    const tick: Input = { type: 'tick', now: 1, wall: 1 };
    expect(journal.read()).toBeNull();
    for (let i = 0; i < MAX_INPUTS_IN_MEMORY; i++) journal.append([tick], engine.state);
    expect(journal.read()?.batches).toHaveLength(MAX_INPUTS_IN_MEMORY);
    journal.append([tick], engine.state);
    expect(journal.read()?.batches).toHaveLength(1);
    journal.clear();
    expect(journal.read()).toBeNull();
  });
});
