/** A simulation says what really happens, if processes behave as it assumes: the same states, in the same order, with the same causes. */
import { parseJob } from '@upstart/job-language';
import type { SimulatedAction, SimulatedChange } from '@upstart/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROPERTY_RUNS } from '../../../../test/effort.ts';
import { Engine } from '../engine/engine.ts';
import type { Effect, EngineRequest, Input, UntimedInput } from '../engine/model/messages.ts';
import { condition, text } from '../engine/testing/job-texts.ts';
import { TEST_SETTINGS } from '../engine/testing/world.ts';
import type { Report, SpawnSpec } from '../supervisor/process-messages.ts';
import { freshState, simulate } from './plan.ts';
import { HORIZON_MS } from './simulation.ts';

const TIME = { nowMs: 1000, wallMs: 1_700_000_000_000 };

type NewReport = Report extends infer R ? (R extends Report ? Omit<R, 'seq'> : never) : never;

/** Processes that obey in the order in which they are started and signalled; programs tell by their names how they end. */
class Reality {
  readonly changes: SimulatedChange[] = [];
  readonly #engine = new Engine(freshState(TEST_SETTINGS));
  readonly #reports: NewReport[] = [];
  readonly #alive = new Map<number, number>();
  #nextPid = 1;
  #nowMs = TIME.nowMs;
  #seq = 0;
  #keys = 0;

  constructor(jobs: Record<string, string>) {
    for (const [name, definition] of Object.entries(jobs))
      this.#input({ type: 'define', name, definition: parseJob(definition, { name, path: `/etc/init/${name}.conf` }) });
  }

  do(action: SimulatedAction): void {
    if (action.type === 'boot') this.#input({ type: 'begin', events: ['startup'] });
    else {
      const request: EngineRequest =
        action.type === 'emit'
          ? { method: 'emit', name: action.name, env: [...action.env], wait: true }
          : { method: action.type, target: { job: action.job, env: [...action.env] }, wait: true };
      this.#input({ type: 'request', key: `k${++this.#keys}`, keep: false, request });
    }
    for (;;) {
      const report = this.#reports.shift();
      const due = this.#engine.nextDue();
      if (report) this.#input({ type: 'report', report: { ...report, seq: ++this.#seq } as Report });
      else if (due !== null && due - TIME.nowMs <= HORIZON_MS) {
        this.#nowMs = Math.max(this.#nowMs, due);
        this.#input({ type: 'tick' });
      } else return;
    }
  }

  #input(input: UntimedInput): void {
    const wall = TIME.wallMs + this.#nowMs - TIME.nowMs;
    for (const effect of this.#engine.apply({ ...input, now: this.#nowMs, wall } as Input)) this.#take(effect);
  }

  #take(effect: Effect): void {
    if (effect.type === 'goal' || effect.type === 'state') {
      const { type: kind, job, instance, to } = effect;
      const atMs = this.#nowMs - TIME.nowMs;
      const cause = effect.type === 'goal' ? { cause: effect.cause.replace(/ process \(\d+\)/g, ' process') } : {};
      this.changes.push({ atMs, job, instance, kind, to, ...cause } as SimulatedChange);
    }
    if (effect.type !== 'command') return;
    const { command } = effect;
    if (command.type === 'spawn') this.#spawn(command.id, command.spec);
    if (command.type !== 'signal') return;
    const { id, process, signal } = command;
    this.#reports.push({ type: 'signalled', command: id, process, signal, errno: 0 });
    this.#exit(process, 0, signal);
  }

  #spawn(process: number, { argv: [program = ''], notify }: SpawnSpec): void {
    const pid = this.#nextPid++;
    this.#alive.set(process, pid);
    this.#reports.push({ type: 'spawned', process, pid }, { type: 'execed', process });
    const status = { serve: null, fail: 1 }[program];
    if (status !== null) this.#exit(process, status ?? 0, 0);
    else if (notify) this.#reports.push({ type: 'notified', process, pid, errno: 0, detail: 'READY=1' });
  }

  #exit(process: number, code: number, signal: number): void {
    const pid = this.#alive.get(process);
    if (pid === undefined) return;
    this.#alive.delete(process);
    const usage = { user: 0, system: 0, maxRss: 0 };
    this.#reports.push({ type: 'exited', process, pid, code, signal, core: false, usage });
  }
}

const job = fc.record({
  hooks: fc.subarray(['pre-start', 'post-start', 'pre-stop', 'post-stop']),
  main: fc.constantFrom('service', 'task', 'failing', 'crashing', 'none'),
  flags: fc.subarray([
    'normal exit 1',
    'kill timeout 2',
    'respawn\nrespawn limit 2 10',
    'respawn delay 40 200',
    'respawn reset 60',
    'ready after 1',
    'expect notify',
    'expect fd 3',
  ]),
  start: fc.option(condition),
  stop: fc.option(condition),
  around: fc.option(fc.constantFrom('startup', 'starting j0', 'started j1', 'stopping j0', 'stopped j1', 'started j2')),
});
const MAIN = {
  service: 'exec serve\n',
  task: 'task\nexec true\n',
  failing: 'task\nexec fail\n',
  crashing: 'exec fail\n',
  none: '',
};
const name = fc.constantFrom('j0', 'j1', 'j2');
const action = fc.oneof(
  fc.record({ type: fc.constantFrom('start', 'stop', 'restart'), job: name, env: fc.subarray(['X=1']) }),
  fc.record({
    type: fc.constant('emit'),
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    env: fc.subarray(['X=1', 'X=3'], { maxLength: 1 }),
  }),
) as fc.Arbitrary<SimulatedAction>;

it('for any jobs and any actions after a boot', () => {
  let compared = 0;
  fc.assert(
    fc.property(
      fc.array(job, { minLength: 1, maxLength: 5 }),
      fc.array(action, { maxLength: 8 }),
      (descriptions, further) => {
        const jobs: Record<string, string> = {};
        const exits: Record<string, number> = {};
        for (const [i, { hooks, main, flags, start, stop, around }] of descriptions.entries()) {
          const on = [start && text(start), around].filter(Boolean).join(' or ');
          if (main === 'failing' || main === 'crashing') exits[`j${i}`] = 1;
          jobs[`j${i}`] =
            `${hooks.map((hook) => `${hook} exec true\n`).join('')}${MAIN[main]}${flags.join('\n')}\n` +
            `${on ? `start on ${on}\n` : ''}${stop ? `stop on ${text(stop)}\n` : ''}`;
        }
        const actions: SimulatedAction[] = [{ type: 'boot' }, ...further];
        const edits = Object.entries(jobs).map(([each, definition]) =>
          parseJob(definition, { name: each, path: `/etc/init/${each}.conf` }),
        );
        const simulated = simulate(freshState(TEST_SETTINGS), { actions, edits, exits }, TIME);
        // Reality has no end either.
        fc.pre(simulated.ending === 'quiet');
        const reality = new Reality(jobs);
        for (const each of actions) reality.do(each);
        expect(simulated.changes).toEqual(reality.changes);
        if (reality.changes.length > 0) compared++;
      },
    ),
    { numRuns: PROPERTY_RUNS },
  );
  expect(compared).toBeGreaterThan(PROPERTY_RUNS / 3);
});
