import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROPERTY_RUNS, someBelow } from '../../../../test/effort.ts';
import type { Input } from '../engine/model/messages.ts';
import type { EngineState } from '../engine/model/state.ts';
import { play, story } from '../engine/testing/story.ts';
import { TEST_SETTINGS } from '../engine/testing/world.ts';
import { PROGRESS_EVERY } from '../runner/replay.ts';
import { encodeRecord, FORMAT } from '../state/records.ts';
import { StateStore } from '../state/store.ts';
import { freshState, IDENTITY, live, someBatches } from '../state/testing/batches.ts';
import { LEAVE_OUT, startState } from './start-state.ts';

/** Each of them is written and read as files. */
const MOST_STORIES = 300;

const USED = { lastCommand: 3, processes: [] };

const UNUSED = { lastCommand: 0, processes: [] };

let directory: string;

let said: string[];

/** How often progress of the recovery was reported. */
let progress: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'state-'));
  said = [];
  progress = 0;
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function open(): StateStore {
  return new StateStore(directory, (text) => said.push(text));
}

function start(failures = 0, supervisor = USED, identity = IDENTITY) {
  const log = { write: (_: string, text: string) => void said.push(text) };
  const saved = { store: open(), identity, failures, progress: () => void progress++ };
  return startState(saved, supervisor, log, () => TEST_SETTINGS);
}

const path = (kind: string, generation = 1): string => join(directory, `${kind}-${generation}`);

describe('startState', () => {
  it('is new without a daemon before', () => {
    const { engine, commands, fresh } = start(0, UNUSED);
    expect({ begun: engine.state.begun, commands, fresh }).toEqual({ begun: false, commands: [], fresh: true });
    expect(said).toEqual([]);
  });

  it('is that of the daemon before', () => {
    const states = live(open(), someBatches());
    const { engine, fresh } = start();
    expect(fresh).toBe(false);
    expect(structuredClone(engine.state)).toEqual(states.at(-1));
    expect(said).toEqual([]);
  });

  it('resumes from the journal that there is, also when no snapshot can be written', () => {
    const batches = someBatches();
    const expected = live(open(), batches).at(-1);
    live(open(), batches.slice(0, 5));
    const store = open();
    store.recover(IDENTITY);
    store.resume();
    for (const batch of batches.slice(5)) store.append(batch);
    expect(start().engine.state).toEqual(expected);
  });

  it('is one that there was when the journal is cut after any byte', () => {
    const batches = someBatches();
    const states = live(open(), batches);
    const journal = readFileSync(path('journal'));
    let ends = 0;
    const whole = batches.map((batch) => {
      ends += encodeRecord(batch).length;
      return ends;
    });
    expect(whole.at(-1)).toBe(journal.length);
    for (const length of [...someBelow(journal.length), ...whole.flatMap((end) => [end - 1, end])]) {
      writeFileSync(path('journal'), journal.subarray(0, length));
      const expected = states[whole.filter((end) => end <= length).length] as EngineState;
      expect(isDeepStrictEqual(start().engine.state, expected), `cut after ${length} bytes`).toBe(true);
    }
  });

  it('is one that there was, and says so, whichever byte of the journal is changed', () => {
    const states = live(open(), someBatches());
    const journal = readFileSync(path('journal'));
    for (const at of someBelow(journal.length)) {
      const damaged = Buffer.from(journal);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      writeFileSync(path('journal'), damaged);
      said = [];
      const { state } = start().engine;
      expect(
        states.some((known) => isDeepStrictEqual(known, state)),
        `byte ${at} changed`,
      ).toBe(true);
      expect(said.join()).toMatch(/what came after it is lost/);
    }
  });

  it('is that of the snapshot or none, and says so, whichever byte of the snapshot is changed', () => {
    live(open(), []);
    const snapshot = readFileSync(path('snapshot'));
    for (const at of someBelow(snapshot.length)) {
      const damaged = Buffer.from(snapshot);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      writeFileSync(path('snapshot'), damaged);
      said = [];
      const { engine, fresh } = start();
      expect(fresh).toBe(false);
      expect(engine.state.begun, 'nothing begins a second time').toBe(true);
      expect(said.join('\n')).toMatch(/is damaged and skipped: [\s\S]*The state of the daemon before this one is lost/);
    }
  });

  it('survives any story and any damage to its files', () => {
    const damage = fc.record({
      kind: fc.constantFrom('journal', 'snapshot'),
      at: fc.nat(),
      bytes: fc.uint8Array({ maxLength: 9 }),
    });
    fc.assert(
      fc.property(story, damage, (told, { kind, at, bytes }) => {
        rmSync(directory, { recursive: true });
        const { inputs } = play(told, () => {});
        const states = live(
          open(),
          inputs.map((input) => [input]),
        );
        const file = readFileSync(path(kind));
        writeFileSync(path(kind), Buffer.concat([file.subarray(0, at % (file.length + 1)), bytes]));
        const { engine } = start();
        const { state } = engine;
        const lost = freshState();
        lost.begun = true;
        expect([...states, lost].some((known) => isDeepStrictEqual(known, state))).toBe(true);
      }),
      { numRuns: Math.min(PROPERTY_RUNS, MOST_STORIES) },
    );
  });

  it.each([
    ['of another supervisor', () => start(0, USED, 'boot 42 2000'), []],
    [
      'of another format',
      () => {
        writeFileSync(path('snapshot'), encodeRecord({ format: FORMAT + 1, supervisor: IDENTITY }));
        return start();
      },
      [`the saved state has format ${FORMAT + 1}, this daemon reads 3 to ${FORMAT}`],
    ],
  ])('is lost when what is saved is %s', (_, begin, texts) => {
    live(open(), someBatches());
    const { engine, fresh } = begin();
    expect({ fresh, begun: engine.state.begun, classes: engine.state.classes.size }).toEqual({
      fresh: false,
      begun: true,
      classes: 0,
    });
    expect(said.join('\n')).toMatch(/The state of the daemon before this one is lost/);
    for (const text of texts) expect(said.join('\n')).toContain(text);
  });

  it('leaves out an input that cannot be applied, and nothing else', () => {
    const batches = someBatches();
    const expected = live(open(), batches.slice(0, 5)).at(-1);
    rmSync(directory, { recursive: true });
    mkdirSync(directory);
    live(open(), batches.slice(0, 4));
    appendFileSync(path('journal'), encodeRecord([{ type: 'report', now: 0, wall: 0, report: null }]));
    appendFileSync(path('journal'), encodeRecord(batches[4]));
    expect(start().engine.state).toEqual(expected);
    expect(said.join()).toMatch(
      /^Unable to carry out a report \(undefined\), the state is as before: TypeError: .*; in /,
    );
  });

  it('says that it gets on before it reads, and whenever so many inputs have been applied', () => {
    for (const [count, times] of [
      [PROGRESS_EVERY - 1, 1],
      [PROGRESS_EVERY, 2],
      [2 * PROGRESS_EVERY, 3],
    ] as const) {
      rmSync(directory, { recursive: true });
      progress = 0;
      live(open(), [Array.from({ length: count }, () => ({ type: 'tick', now: 0, wall: 0 }) as Input)]);
      start();
      expect(progress).toBe(times);
    }
    progress = 0;
    start(LEAVE_OUT.everything);
    expect(progress, 'nothing is recovered').toBe(0);
  });

  it.each([
    [LEAVE_OUT.lastInputs - 1, (states: EngineState[]) => states.at(-1)],
    [LEAVE_OUT.lastInputs, (states: EngineState[]) => states.at(-2)],
    [LEAVE_OUT.journal, (states: EngineState[]) => states[0]],
  ])('after %i failures to recover is an older one', (failures, expected) => {
    const states = live(open(), someBatches());
    expect(start(failures).engine.state).toEqual(expected(states));
    expect(said.some((text) => text.includes('skipping the last inputs'))).toBe(failures >= LEAVE_OUT.lastInputs);
  });

  it('is given up after too many failures to recover', () => {
    live(open(), someBatches());
    const { engine } = start(LEAVE_OUT.everything);
    expect(engine.state.classes.size).toBe(0);
    expect(said.join('\n')).toMatch(/skipping the saved state\nThe state of the daemon before this one is lost/);
  });
});
