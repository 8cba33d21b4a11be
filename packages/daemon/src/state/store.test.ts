import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import type { Input } from '../engine/model/messages.ts';
import { StateStore } from './store.ts';
import { freshState, IDENTITY, live, someBatches } from './testing/batches.ts';

let directory: string;

let said: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'state-'));
  said = [];
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function open(): StateStore {
  return new StateStore(directory, (text) => said.push(text));
}

const path = (kind: string, generation = 1): string => join(directory, `${kind}-${generation}`);

describe('StateStore', () => {
  it('keeps the pair that there is when a new snapshot cannot be written', () => {
    const batches = someBatches();
    const store = open();
    const engine = new Engine(freshState());
    store.save({ supervisor: IDENTITY, state: engine.state, commands: [] }, 0);
    store.append(batches[0] as Input[]);
    // A folder in the place of the next snapshot makes writing it fail, also for root.
    const blocked = `${path('snapshot', 2)}.new`;
    mkdirSync(join(blocked, 'full'), { recursive: true });
    store.save({ supervisor: IDENTITY, state: engine.state, commands: [] }, 1);
    store.append(batches[1] as Input[]);
    expect(said).toEqual([expect.stringMatching(/^Unable to save the state: EISDIR/)]);
    expect(store.isDue(500, false)).toBe(false);
    expect(store.isDue(1001, false)).toBe(true);
    expect(open().recover(IDENTITY)?.batches).toEqual(batches.slice(0, 2));
    rmSync(blocked, { recursive: true });
    store.save({ supervisor: IDENTITY, state: engine.state, commands: [] }, 1001);
    expect(said.at(-1)).toBe('The state can be saved again');
    expect([store.isDue(2000, true), store.isDue(2001, true), store.isDue(2001, false)]).toEqual([false, true, false]);
    expect(existsSync(path('journal', 1))).toBe(false);
  });

  it('tries again after pauses that grow to a bound', () => {
    const blocked = `${path('snapshot', 1)}.new`;
    mkdirSync(join(blocked, 'full'), { recursive: true });
    const store = open();
    const snapshot = { supervisor: IDENTITY, state: freshState(), commands: [] };
    const pauses: number[] = [];
    for (let attempts = 0, now = 0; attempts < 8; attempts++) {
      store.save(snapshot, now);
      const due = store.retryDueMs as number;
      expect([store.isDue(due - 1, false), store.isDue(due, false)]).toEqual([false, true]);
      pauses.push(due - now);
      now = due;
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000]);
    expect(said).toHaveLength(1);
    rmSync(blocked, { recursive: true });
    store.save(snapshot, 1_000_000);
    expect([store.retryDueMs, said.length]).toEqual([null, 2]);
  });

  it.each([
    ['its folder', () => rmSync(directory, { recursive: true })],
    ['its journal', () => rmSync(path('journal'))],
  ])('notices when %s is removed, says so once, and begins anew', (_, remove) => {
    const [first, second] = someBatches() as [Input[], Input[]];
    const snapshot = { supervisor: IDENTITY, state: freshState(), commands: [] };
    const store = open();
    store.save(snapshot, 0);
    store.append(first);
    store.check(1);
    expect(said, 'all is in place').toEqual([]);
    remove();
    store.append(second);
    store.check(2);
    expect(said).toEqual([expect.stringMatching(/^Unable to save the state, .*: .*journal-1 was removed$/)]);
    const [{ now }] = second as [Input];
    expect(store.isDue(now, false), 'at once').toBe(true);
    store.save(snapshot, now);
    store.append(first);
    expect(said.slice(1)).toEqual(['The state can be saved again']);
    expect(open().recover(IDENTITY)?.batches).toEqual([first]);
  });

  it('makes the folder above its own as it should be', () => {
    const parent = join(directory, 'run');
    const store = new StateStore(join(parent, 'state'), () => {}, 0o755);
    rmSync(parent, { recursive: true });
    store.save({ supervisor: IDENTITY, state: freshState(), commands: [] }, 0);
    expect([parent, join(parent, 'state')].map((folder) => statSync(folder).mode & 0o777)).toEqual([0o755, 0o700]);
  });

  it('uses the pair before a damaged snapshot', () => {
    const batches = someBatches();
    live(open(), batches);
    writeFileSync(path('snapshot', 2), 'nonsense');
    expect(open().recover(IDENTITY)?.batches).toEqual(batches);
    expect(said).toEqual([expect.stringMatching(/snapshot-2: the saved state is damaged and skipped/)]);
  });

  it('does without a folder that it cannot make, and says so once', () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    const store = new StateStore(join(file, 'state'), (text) => said.push(text));
    expect(store.recover(IDENTITY)).toBeNull();
    const snapshot = { supervisor: IDENTITY, state: freshState(), commands: [] };
    store.save(snapshot, 0);
    store.append(someBatches()[0] as Input[]);
    store.save(snapshot, 5000);
    expect(said).toEqual([expect.stringMatching(/a crash of the daemon would lose what happens from now on: ENOTDIR/)]);
  });

  it('leaves nothing open and nothing behind', () => {
    const before = readdirSync('/proc/self/fd').length;
    for (let i = 0; i < 50; i++) {
      const store = open();
      store.recover(IDENTITY);
      store.resume();
      for (const batch of someBatches().slice(0, 2)) store.append(batch);
      store.save({ supervisor: IDENTITY, state: freshState(), commands: [] }, i);
      store.close();
    }
    expect(readdirSync('/proc/self/fd').length).toBe(before);
    expect(readdirSync(directory)).toHaveLength(2);
  });
});
