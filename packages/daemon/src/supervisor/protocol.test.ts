/** PROTOCOL.md and the table of frames say the same. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONSOLES, FIELDS, type Field, type Frame, GREETING, LIMITS, REPORTS, SENT } from './frame-table.ts';
import { SPAWN_STEPS } from './process-messages.ts';

const text = readFileSync(new URL('../../../supervisor/PROTOCOL.md', import.meta.url), 'utf8');

/** The first cells of each row of the table under a heading. */
function rows(heading: string, cells: number): string[][] {
  const section = text.split(`### ${heading}\n`)[1]?.split(/^##/m)[0] ?? '';
  return [...section.matchAll(/^\| (\d.*) \|$/gm)].map(([, row]) => row!.split(/ \| ?/).slice(0, cells));
}

const words = (name: string) => name.replace(/[A-Z]/g, ' $&').toLowerCase();

function form({ kind, least, most }: Field): string {
  if (kind !== 'number') return kind.replace('-', ' ');
  if (most === LIMITS.FRAME_ID_MAX) return least === 0 ? 'number' : `number, from ${least}`;
  return `number, ${least} to ${most}`;
}

/** As the test reads both: octal numbers are those of modes. */
const withDecimals = (cell: string) => cell.replace(/0o[0-7]+/g, (number) => String(Number(number)));

test('fields', () => {
  const written = rows('Fields', 3).map((row) => row.map(withDecimals));
  expect(written).toEqual(
    Object.entries<Field>(FIELDS).map(([name, field]) => [String(field.tag), words(name), form(field)]),
  );
});

const row = (name: string, { type, id, required = [], optional = [], repeated = [] }: Frame) => [
  String(type),
  name,
  id === 'none' ? '–' : id,
  [
    ...required.map(words),
    ...optional.map((field) => `${words(field)}?`),
    ...repeated.map((field) => `${words(field)}*`),
  ].join(', ') || '–',
];

const rowsOf = (frames: Record<string, Frame>, name: (name: string) => string) =>
  Object.entries(frames).map(([key, frame]) => row(name(key), frame));

const inCapitals = (name: string) => name.replaceAll('-', '_').toUpperCase();

test('frames', () => {
  expect(rows('Daemon to supervisor', 4)).toEqual(rowsOf(SENT, inCapitals));
  expect(rows('Supervisor to daemon', 4)).toEqual([
    ...rowsOf(GREETING, inCapitals),
    ...rowsOf(REPORTS, (name) => name),
  ]);
});

test('limits, and what numbers stand for', () => {
  expect(text).toContain(`This is version **${LIMITS.FRAME_VERSION}**`);
  expect(text).toContain(`A header of ${LIMITS.FRAME_HEADER} bytes`);
  expect(text).toContain(`length of the body, at most ${LIMITS.FRAME_BODY_MAX / 1024 / 1024} MiB`);
  expect(text).toContain(`keep this, at most ${LIMITS.NOTE_MAX / 1024} KiB, for the next daemon`);
  expect(text).toContain(`| ${CONSOLES.join(', ')} |`);
  expect(FIELDS.step.most).toBe(SPAWN_STEPS.length - 1);
});

test('no number stands for two things', () => {
  const unique = (numbers: number[]) => expect(new Set(numbers).size).toBe(numbers.length);
  unique(Object.values<Field>(FIELDS).map(({ tag }) => tag));
  unique(Object.values<Frame>({ ...SENT, ...GREETING }).map(({ type }) => type));
  unique([...Object.values<Frame>(SENT), ...Object.values<Frame>(REPORTS)].map(({ type }) => type));
});
