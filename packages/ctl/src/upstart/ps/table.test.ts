import { describe, expect, it } from 'vitest';
import { paletteFor } from '../../text/colour.ts';
import type { Row } from './rows.ts';
import { cropped, MAX_NAME_WIDTH, MIN_NAME_WIDTH, table } from './table.ts';

const PLAIN = paletteFor(false, {});
const row = (more: Partial<Row>): Row => ({
  ...{
    kind: 'job',
    job: 'web',
    instance: '',
    health: 'well',
    state: 'start/running',
    pid: 17_661,
    why: null,
    since: 0,
    respawns: 0,
  },
  ...{ series: null, checks: [], lastExit: null, memoryBytes: 4_600_000, cpuMs: 1200, ...more },
});
const lines = (rows: readonly Row[], width: number | null): string[] =>
  table(rows, { colour: PLAIN, width, nowMs: 7_200_000, processorShares: null });
const LONG = `${'x'.repeat(50)}-end`;
/** The other columns, with the gaps before them. */
const OTHERS = 'STATE            PID  FOR  RESTARTS  EXIT  MEMORY   CPU'.length + 2;

describe('the first column', () => {
  it('has a limit in a terminal, where a longer name shows its beginning and its end', () => {
    for (const [length, shown] of [
      [MAX_NAME_WIDTH, 'y'.repeat(MAX_NAME_WIDTH)],
      [MAX_NAME_WIDTH + 1, `${'y'.repeat(21)}…${'y'.repeat(10)}`],
    ] as const)
      expect(lines([row({ job: 'y'.repeat(length) })], 200)[1]).toMatch(new RegExp(`^${shown}  start/running`));
    expect(lines([row({ job: LONG })], 200)[1]).toContain('…xxxxxx-end  start/running');
    expect(lines([row({ job: 'a', instance: 'z'.repeat(60) })], 200)[1]).toContain('a (zzz');
  });

  it('is whole in a pipe', () => {
    expect(lines([row({ job: LONG })], null)[1]).toMatch(new RegExp(`^${LONG}  start`));
  });

  it('gives room to the others in a narrow terminal, down to its least width', () => {
    for (const width of [OTHERS + MAX_NAME_WIDTH, OTHERS + 20, OTHERS + MIN_NAME_WIDTH]) {
      const [head = '', line = ''] = lines([row({ job: LONG })], width);
      expect([head.endsWith('CPU'), line.length]).toEqual([true, width]);
    }
  });
});
/** The least width for the columns that are always there. */
const LEAST = MIN_NAME_WIDTH + '  start/running  17661  FOR'.length;

it('a narrow terminal has fewer columns, and no line is longer than it as long as the least of them have room', () => {
  const rows = [
    row({ job: LONG }),
    row({ job: 'db', health: 'failed', state: 'stop/waiting', why: 'it died '.repeat(9) }),
  ];
  const heads = new Map<number, string[]>();
  for (let width = LEAST; width <= 130; width++) {
    const all = lines(rows, width);
    expect({ width, longest: Math.max(...all.map(({ length }) => length)) <= width }).toEqual({ width, longest: true });
    heads.set(width, (all[0] ?? '').split(/ +/));
  }
  expect(heads.get(LEAST)).toEqual(['JOB', 'STATE', 'PID', 'FOR']);
  expect(heads.get(OTHERS + MIN_NAME_WIDTH - 1)).not.toContain('CPU');
  expect(heads.get(OTHERS + MIN_NAME_WIDTH)).toContain('CPU');
  expect(heads.get(130)).toContain('WHY');
});

it('a screen shows the first lines, and how many more there are', () => {
  const five = ['a', 'b', 'c', 'd', 'e'];
  expect(cropped(five, 0, PLAIN)).toEqual(five);
  expect(cropped(five, 6, PLAIN)).toEqual(five);
  expect(cropped(five, 5, PLAIN)).toEqual(['a', 'b', 'c', '… and 2 more lines']);
  expect(cropped(five, 2, PLAIN)).toEqual(['a', '… and 4 more lines']);
});

it('tells when a postponed restart comes', () => {
  const [, line = ''] = lines([row({ says: 'busy', restartAt: 7_203_000, nextTurn: 7_260_000 })], null);
  expect(line).toMatch(/ {2}says: busy; restarts in 3 seconds; next turn in (?:1|a) minute$/);
});
