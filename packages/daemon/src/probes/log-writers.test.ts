import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { indexPathOf } from '@upstart/common';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { attempt, type Outcome } from './attempt.ts';
import { type Span, writtenBy } from './log-writers.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-writers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

/** Stamps of which only the offsets and the processes matter. */
function writeIndex(path: string, stamps: readonly (readonly [offset: number, pid: number])[]): void {
  const bytes = Buffer.alloc(16 * stamps.length);
  for (const [number, [offset, pid]] of stamps.entries()) {
    const place = (BigInt(pid) << 40n) | BigInt(offset);
    if (endianness() === 'LE') bytes.writeBigUInt64LE(place, 16 * number + 8);
    else bytes.writeBigUInt64BE(place, 16 * number + 8);
  }
  writeFileSync(path, bytes);
}

const parts = (stamps: readonly (readonly [number, number])[], from: number, to: number): Promise<Span[]> => {
  const path = join(folder, 'index');
  writeIndex(path, stamps);
  return writtenBy(7, path, from, to);
};

describe('the parts of a log that a process has written', () => {
  it.each<[string, [number, number][], Span[]]>([
    ['no stamp', [], []],
    ['all of it', [[0, 7]], [[10, 20]]],
    ['nothing', [[0, 8]], []],
    [
      'what comes behind another one',
      [
        [0, 8],
        [15, 7],
      ],
      [[15, 20]],
    ],
    [
      'what comes before another one',
      [
        [0, 7],
        [15, 8],
      ],
      [[10, 15]],
    ],
    [
      'two parts',
      [
        [5, 7],
        [12, 8],
        [18, 7],
        [30, 8],
      ],
      [
        [10, 12],
        [18, 20],
      ],
    ],
    [
      'several stamps in a row',
      [
        [0, 8],
        [11, 7],
        [13, 7],
        [16, 8],
        [16, 7],
      ],
      [[11, 20]],
    ],
    ['what comes before the first stamp', [[14, 7]], [[14, 20]]],
    [
      'what nobody is known to have written',
      [
        [0, 0],
        [12, 7],
      ],
      [[12, 20]],
    ],
  ])('%s', async (_what, stamps, expected) => {
    expect(await parts(stamps, 10, 20)).toEqual(expected);
  });

  it('all of it, where there is no index', async () => {
    expect(await writtenBy(7, join(folder, 'none'), 10, 20)).toEqual([[10, 20]]);
    expect(await writtenBy(7, join(folder, 'x'.repeat(300)), 10, 20)).toEqual([[10, 20]]);
  });

  it('are those of the bytes, whatever the stamps are, also of a long index', async () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.constantFrom(0, 7, 8)), { maxLength: 3000, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(4000), fc.nat(500), async (given, from, length) => {
        let offset = 0;
        const stamps = given.map(([step, pid]): [number, number] => {
          offset += step;
          return [offset, pid];
        });
        const owner = (at: number): number | undefined => stamps.findLast(([begin]) => begin <= at)?.[1];
        const bytes = (spans: readonly Span[]): number[] =>
          spans.flatMap(([begin, end]) => Array.from({ length: end - begin }, (_, i) => begin + i));
        const own = Array.from({ length }, (_, i) => from + i).filter((at) => owner(at) === 7);
        expect(bytes(await parts(stamps, from, from + length))).toEqual(own);
      }),
      { numRuns: 50 },
    );
  });
});

describe('ready log', () => {
  it('sees the lines of the process that starts, between those of the one before', async () => {
    const path = join(folder, 'web.log');
    const pieces: [pid: number, text: string][] = [
      [8, 'listening on 1\n'],
      [7, 'liste'],
      [8, 'listening on 1\n'],
      [7, 'ning on 2\n'],
    ];
    const begins = pieces.map((_piece, i) => pieces.slice(0, i).reduce((sum, [, text]) => sum + text.length, 0));
    const look = (pattern: string): Promise<Outcome> => {
      const file = String(statSync(path).ino);
      return new Promise((resolve) => attempt({ kind: 'log', path, pattern, file, offset: 0, pid: 7 }, resolve));
    };
    writeFileSync(path, pieces.map(([, text]) => text).join(''));
    writeIndex(
      indexPathOf(path, statSync(path).ino),
      pieces.map(([pid], i) => [begins[i] ?? 0, pid] as const),
    );
    expect(await look('listening on 1')).toEqual({ isGood: false, answer: 'no match in 1 line of output' });
    expect(await look('^listening on 2$')).toEqual({ isGood: true, answer: 'a line matches' });
  });
});
