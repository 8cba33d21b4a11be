import { expect, test } from 'vitest';
import { SENT } from './frame-table.ts';
import { FrameWriter, MANY, MOST_KEPT } from './frame-writer.ts';

/** A frame with these environments, as a writer writes it that knows of nothing before. */
function fresh(...lists: readonly string[][]): Buffer {
  return frame(new FrameWriter(), ...lists);
}

function frame(writer: FrameWriter, ...lists: readonly string[][]): Buffer {
  writer.begin(SENT.spawn, 7);
  for (const list of lists) writer.texts('environment', list);
  return writer.take();
}

const MANY_TEXTS = Array.from({ length: 3 * MANY }, (_, i) => `V${i}=é${i}`);

test('a list that begins like the one before it is written as any other', () => {
  const writer = new FrameWriter();
  const changed = (at: number) => MANY_TEXTS.with(at, 'other=value');
  const lists = [
    MANY_TEXTS,
    MANY_TEXTS,
    [...MANY_TEXTS, 'MORE=1'],
    MANY_TEXTS.slice(0, MANY),
    changed(0),
    changed(MANY),
    changed(3 * MANY - 1),
    MANY_TEXTS.slice(0, 1),
    [],
    MANY_TEXTS,
  ];
  for (const list of lists) expect(frame(writer, list)).toEqual(fresh(list));
  expect(frame(writer, MANY_TEXTS, MANY_TEXTS)).toEqual(fresh(MANY_TEXTS, MANY_TEXTS));
});

test('one of another name is not taken for it', () => {
  const writer = new FrameWriter();
  frame(writer, MANY_TEXTS);
  const both = (to: FrameWriter) => to.begin(SENT.spawn, 7).texts('argument', MANY_TEXTS).take();
  expect(both(writer)).toEqual(both(new FrameWriter()));
});

test('one that no frame can hold, or that is too long to be kept, is forgotten', () => {
  const writer = new FrameWriter();
  const wrong = MANY_TEXTS.with(-1, 'a\0b');
  frame(writer, wrong);
  expect(writer.errno).not.toBe(0);
  frame(writer, wrong);
  expect(writer.errno, 'it is noticed each time').not.toBe(0);
  expect(frame(writer, MANY_TEXTS)).toEqual(fresh(MANY_TEXTS));
  const header = 8;
  const exact = Array.from({ length: MANY }, () => 'x'.repeat(MOST_KEPT / MANY - header));
  for (const list of [exact, exact.with(0, `x${exact[0]}`)]) {
    for (let i = 0; i < 2; i++) expect(frame(writer, list)).toEqual(fresh(list));
  }
});
