import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Line, linesOf, linesWith, MAX_LINE_BYTES } from './lines.ts';

async function* inBlocks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(batches: AsyncIterable<Line[]>): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const batch of batches) lines.push(...batch);
  return lines;
}

test('lines with a text are those of all lines that have it', async () => {
  const line = fc.stringMatching(/^[abü\r]{0,9}$/);
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.boolean(), fc.integer({ min: 1, max: 12 }), async (texts, hasEnd, size) => {
      const bytes = Buffer.from(texts.join('\n') + (hasEnd ? '\n' : ''));
      const wanted = (await all(linesOf(inBlocks(bytes, size), 100))).filter(({ text }) => text.includes('ab'));
      expect(await all(linesWith(Buffer.from('ab'), inBlocks(bytes, size), 100))).toEqual(wanted);
    }),
  );
});

test('offsets are those of the lines and of what is behind them', async () => {
  const lines = await all(linesOf(inBlocks(Buffer.from('a\r\n\nü'), 2), 10));
  expect(lines).toEqual([
    { offset: 10, end: 13, text: 'a' },
    { offset: 13, end: 14, text: '' },
    { offset: 14, end: 16, text: 'ü' },
  ]);
});

test('a line without an end is divided', async () => {
  const bytes = Buffer.alloc(MAX_LINE_BYTES * 2 + 10, 'ab');
  for (const lines of [linesOf(inBlocks(bytes, 65_536), 0), linesWith(Buffer.from('ab'), inBlocks(bytes, 65_536), 0)]) {
    const found = await all(lines);
    expect(found.length).toBeGreaterThan(1);
    expect(found.at(-1)?.end).toBe(bytes.length);
  }
});
