import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineReader, MAX_LINE_BYTES } from './line-reader.ts';

const read = (reader: LineReader, text: string): (string | null)[] =>
  reader.push(Buffer.from(text)).map((line) => line && String(line));

it('gives each line when its end is there, in whatever pieces it comes', () => {
  const text = fc.array(fc.string({ maxLength: 12 }).map((line) => line.replaceAll('\n', ' ')));
  const cuts = fc.array(fc.nat({ max: 9 }));
  fc.assert(
    fc.property(text, cuts, (lines, sizes) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const reader = new LineReader();
      const found: (string | null)[] = [];
      let at = 0;
      for (const size of [...sizes, bytes.length]) {
        found.push(...reader.push(bytes.subarray(at, at + size)).map((line) => line && String(line)));
        at += size;
      }
      expect(found).toEqual(lines);
      expect(reader.hasRest).toBe(false);
    }),
  );
});

it('gives the last line without an end once', () => {
  const reader = new LineReader();
  expect(read(reader, 'A=1\nB=')).toEqual(['A=1']);
  expect(reader.hasRest).toBe(true);
  expect(String(reader.takeRest())).toBe('B=');
  expect(reader.takeRest()).toBeNull();
  expect(read(reader, '2\n')).toEqual(['2']);
});

it('drops a line that is too long, and nothing else', () => {
  const reader = new LineReader();
  const longest = 'x'.repeat(MAX_LINE_BYTES);
  expect(read(reader, `${longest}\n${longest}x\nA=1\n`)).toEqual([longest, null, 'A=1']);
  for (let piece = 0; piece < 100; piece++) expect(read(reader, longest)).toEqual([]);
  expect(reader.takeRest()).toBeNull();
  expect(read(reader, 'x\nB=2\n')).toEqual([null, 'B=2']);
});
