import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InitIdentity, readOwner } from '@upstart/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseOptions } from '../options/options.ts';
import { LIMITS } from '../supervisor/frame-table.ts';
import { keptPlaces, placesNote } from './kept-places.ts';
import { choosePlaces, type Places } from './places.ts';

const INIT: InitIdentity = { pid: 7, pidNamespace: 'pid:[1]', boot: 'this-boot' };

let home: string;
let said: string[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kept-places-'));
  said = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const choose = (args: string[] = []) =>
  choosePlaces(parseOptions(['--user', '--confdir=/b', ...args]), { HOME: home, XDG_RUNTIME_DIR: home }, INIT, true);
const kept = (note: string) => keptPlaces(note, INIT, { write: (level, text) => said.push(`${level}: ${text}`) });

describe('the places that a daemon leaves to the next one', () => {
  it.each<[string, (places: Places) => void]>([
    ['others may change the run-time folder of the user', () => chmodSync(home, 0o777)],
    ['the run-time folder is gone', () => rmSync(join(home, 'upstart'), { recursive: true })],
    ['it has become open to others', ({ runtimeDir }) => chmodSync(runtimeDir, 0o755)],
  ])('stay the same when %s', (_what, change) => {
    const places = choose();
    change(places);
    expect(kept(placesNote(places) ?? '')).toEqual(places);
    expect(statSync(places.runtimeDir).mode & 0o777).toBe(0o700);
    const { sources, logDir, sessionAddress } = places;
    expect(readOwner(places.runtimeDir)).toEqual({ init: INIT, used: { sources, logDir, sessionAddress } });
    expect(said).toEqual([]);
  });

  it('are not used when somebody else has the place by now', () => {
    const places = choose();
    rmSync(places.runtimeDir, { recursive: true });
    mkdirSync(join(home, 'elsewhere'));
    symlinkSync(join(home, 'elsewhere'), places.runtimeDir);
    expect(kept(placesNote(places) ?? '')).toBeNull();
    expect(said).toHaveLength(1);
    expect(choose().runtimeDir).toMatch(/init-7-\w{6}$/);
  });

  it('fit into the note of the supervisor, or are looked for again', () => {
    const bytes = (args: string[]) => Buffer.byteLength(JSON.stringify(choose(args)));
    const fits = `--append-confdir=/${'x'.repeat(LIMITS.NOTE_MAX - bytes(['--append-confdir=/']))}`;
    expect(placesNote(choose([fits]))).toHaveLength(LIMITS.NOTE_MAX);
    expect(placesNote(choose([`${fits}x`]))).toBeNull();
  });

  it.each(['', '{', 'null', '[]', '{"sources":[1]}', '{"sources":[],"logDir":"/l","runtimeDir":"/r"}'])(
    'are none in %j',
    (note) => expect(kept(note)).toBeNull(),
  );
});
