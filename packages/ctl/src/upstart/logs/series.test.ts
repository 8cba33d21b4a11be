/** Logs through all their files, against a model that has each line with its time. */

import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { indexPathOf } from '@upstart/common';
import { ALWAYS, partsOf } from '@upstart/log-reader';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogSeries, type Selection } from './series.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upstart-series-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Model {
  text: string;
  atMs: number;
}

/** Stamps, in the order of this machine's bytes, and a torn one behind them. */
function indexBytes(stamps: readonly (readonly [atMs: number, offset: number])[], torn: number): Buffer {
  const numbers = new BigInt64Array(stamps.flatMap(([atMs, offset]) => [BigInt(atMs) * 1000n, BigInt(offset)]));
  return Buffer.concat([Buffer.from(numbers.buffer), Buffer.alloc(torn, 1)]);
}

/** Writes lines as the logger does: a stamp for each line that is later than the one before. */
function write(path: string, log: string, lines: readonly Model[], isCompressed: boolean, torn: number): void {
  let text = '';
  const stamps: [number, number][] = [];
  for (const line of lines) {
    const last = stamps.at(-1);
    if (last === undefined || line.atMs > last[0]) stamps.push([line.atMs, Buffer.byteLength(text)]);
    text += `${line.text}\r\n`;
  }
  writeFileSync(path, isCompressed ? gzipSync(text) : text);
  const writtenS = (lines.at(-1)?.atMs ?? 0) / 1000 + 1;
  utimesSync(path, writtenS, writtenS);
  writeFileSync(indexPathOf(log, statSync(path).ino), indexBytes(stamps, torn));
}

function fail(_part: unknown, error: unknown): never {
  throw error;
}

async function read(log: string, selection: Partial<Selection>): Promise<Model[]> {
  const file = { label: 'web', path: log };
  const all = { period: ALWAYS, matches: null, count: Number.POSITIVE_INFINITY, ...selection };
  const lines: Model[] = [];
  for await (const batch of new LogSeries(file, partsOf([file]).get(file) ?? [], all, new Date(), fail).lines())
    lines.push(...batch.map(({ text, timeMs }) => ({ text, atMs: timeMs as number })));
  return lines;
}

const START_MS = 1_700_000_000_000;
/** A file, and by how many milliseconds each of its lines is later than the one before. */
const file = fc.record({
  lines: fc.array(fc.tuple(fc.constantFrom('a', 'bb', 'error: ü', ''), fc.nat(3000)), { minLength: 1, maxLength: 30 }),
  isCompressed: fc.boolean(),
  torn: fc.nat(15),
});
const point = fc.option(fc.nat(100), { nil: null });
const request = fc.record({
  since: point,
  until: point,
  count: fc.option(fc.integer({ min: 1, max: 40 }), { nil: null }),
  grep: fc.boolean(),
});

it('give the lines that a model gives, with their times', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 4 }), request, async (files, asked) => {
      rmSync(folder, { recursive: true });
      folder = mkdtempSync(join(tmpdir(), 'upstart-series-'));
      const log = join(folder, 'web.log');
      let atMs = START_MS;
      const model: Model[] = [];
      for (const [at, { lines, isCompressed, torn }] of files.entries()) {
        const age = files.length - 1 - at;
        const isOld = age > 0 && isCompressed;
        const written = lines.map(([text, later]) => {
          atMs += later;
          return { text, atMs };
        });
        model.push(...written);
        write(`${log}${age > 0 ? `.${age}` : ''}${isOld ? '.gz' : ''}`, log, written, isOld, torn);
      }
      const at = (percent: number | null, otherwise: number) =>
        percent === null ? otherwise : START_MS + Math.round(((atMs - START_MS) * percent) / 100);
      const period = { sinceMs: at(asked.since, 0), untilMs: at(asked.until, Number.POSITIVE_INFINITY) };
      const matches = asked.grep ? (text: string) => text.includes('error') : null;
      const fits = model
        .filter((line) => line.atMs >= period.sinceMs && line.atMs < period.untilMs)
        .filter(({ text }) => matches?.(text) ?? true);
      const expected = asked.count === null ? fits : fits.slice(-asked.count);
      expect(await read(log, { period, matches, count: asked.count ?? Number.POSITIVE_INFINITY })).toEqual(expected);
    }),
  );
});

it('read a line once that is in a plain and in a compressed file, and one without an end', async () => {
  const log = join(folder, 'web.log');
  writeFileSync(`${log}.1`, 'one\r\n');
  writeFileSync(`${log}.1.gz`, gzipSync('one\r\n'));
  writeFileSync(`${log}-20261128.gz`, gzipSync('before\r\n'));
  writeFileSync(log, 'two\r\nthree');
  expect((await read(log, {})).map(({ text }) => text)).toEqual(['one', 'before', 'two', 'three']);
  expect((await read(log, { count: 2 })).map(({ text }) => text)).toEqual(['two', 'three']);
});
