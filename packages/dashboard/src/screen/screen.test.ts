/** What keys do to the view, and what is drawn of it; `test/dashboard/top.test.ts` has the terminal. */
import { columnsOf, paletteFor, type Row } from '@upstart/ctl/parts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame, heights, type Picture } from './frame.ts';
import { type Facts, KEY_LINES, type Key, press } from './keys.ts';
import { FIRST_VIEW, listed, placeOf, type Shown, SORT_NAMES, type View } from './view.ts';

const PLAIN = paletteFor(false, {});
const row = (job: string, more: Partial<Row> = {}): Row => ({
  ...{
    kind: 'job' as const,
    job,
    instance: '',
    health: 'well',
    state: 'stop/waiting',
    pid: null,
    why: null,
    since: null,
    respawns: 0,
  },
  ...{ series: null, checks: [], lastExit: null, memoryBytes: null, cpuMs: null, ...more },
});
const up = (job: string, pid: number, memoryBytes: number): Row =>
  row(job, { state: 'start/running', pid, memoryBytes, since: pid });
const shown = (rows: readonly Row[]): Shown[] => rows.map((each, at) => ({ row: each, share: at / 10 }));
const ALL = shown([
  row('bad', { health: 'failed', why: 'main process (1) terminated with status 3' }),
  up('db', 10, 5000),
  up('web', 30, 1000),
  up('worker', 20, 9000),
]);

const KEYS: Readonly<Record<string, Key>> = {
  escape: { name: 'escape', character: '\u001b', isControl: false },
  return: { name: 'return', character: '\r', isControl: false },
  '^c': { name: 'c', character: '\u0003', isControl: true },
  '^z': { name: 'z', character: '\u001a', isControl: true },
};
const keyOf = (word: string): Key =>
  KEYS[word] ?? { name: word.toLowerCase(), character: word.length === 1 ? word : '', isControl: false };
const facts = (view: View, all = ALL): Facts => ({
  ...{ rows: listed(all, view), listHeight: 2, paneHeight: 3, paneLines: 10 },
});
/** The view after these keys, and the last order. */
function after(words: readonly string[], all = ALL) {
  let view = FIRST_VIEW;
  let order: ReturnType<typeof press>['order'];
  for (const word of words) ({ view, order } = press(view, keyOf(word), facts(view, all)));
  return { view, order };
}
const names = (view: View): string[] => listed(ALL, view).map(({ row: { job } }) => job);
const chosen = (view: View): string | undefined => {
  const rows = listed(ALL, view);
  return rows[placeOf(rows, view)]?.row.job;
};

describe('the list', () => {
  it('is sorted by each column, and reversed', () => {
    const orders = Object.fromEntries(SORT_NAMES.map((sort) => [sort, names({ ...FIRST_VIEW, sort }).join(' ')]));
    expect(orders).toEqual({
      ...{ health: 'bad db web worker', name: 'bad db web worker', processor: 'worker web db bad' },
      ...{ memory: 'worker db web bad', restarts: 'bad db web worker', newest: 'web worker db bad' },
      pid: 'web worker db bad',
    });
    expect(names({ ...FIRST_VIEW, isReversed: true })).toEqual(['worker', 'web', 'db', 'bad']);
    expect(after(['o', 'o', 'O']).view).toMatchObject({ sort: 'processor', isReversed: true });
  });

  it('shows a selection, and what fits a search', () => {
    expect(names(after(['f']).view)).toEqual(['db', 'web', 'worker']);
    expect(names(after(['f', 'f']).view)).toEqual(['bad']);
    expect(names(after(['f', 'f', 'f']).view)).toEqual(['bad']);
    expect(after(['/', 'w', 'q', 'backspace', 'return']).view).toMatchObject({ search: 'w', isTyping: false });
    expect(names(after(['/', ...'status 3', 'return']).view)).toEqual(['bad']);
    expect(after(['/', 'w', 'escape']).view.search).toBe('');
    expect(after(['/', 'w', 'return', 'escape']).view.search).toBe('');
  });

  it('keeps its selected job when the order changes', () => {
    expect(chosen(after(['down', 'j']).view)).toBe('web');
    expect(chosen(after(['down', 'j', 'O', 'o']).view)).toBe('web');
    expect(chosen(after(['end']).view)).toBe('worker');
    expect(chosen(after(['end', 'pageup', 'up', 'up', 'up', 'g', 'G', 'k']).view)).toBe('web');
  });
});

describe('keys', () => {
  it('ask before a change, and go back to the pane', () => {
    const { view, order } = after(['down', 'l', 'x']);
    expect([view.asked?.change, view.asked?.row.job, view.pane, order]).toEqual(['stop', 'db', 'outlook', undefined]);
    expect(after(['down', 'l', 'x', 'y'])).toMatchObject({
      order: { change: 'stop', row: { job: 'db' } },
      view: { asked: null, pane: 'log' },
    });
    for (const no of ['n', 'escape', 'return', 'x', 'q'])
      expect(after(['x', no])).toMatchObject({ view: { asked: null } });
    expect(after(['x', 'q']).order).toBeUndefined();
    expect(after(['s'], []).view.asked).toBeNull();
  });

  it('scroll the pane, and the end of a log grows', () => {
    expect(after(['l', 'tab', 'up']).view.paneTop).toBe(6);
    expect(after(['l', 'tab', 'up', 'down']).view.paneTop).toBeNull();
    expect(after(['e', 'tab', 'pagedown', 'pagedown', 'end']).view.paneTop).toBe(7);
    expect(after(['e', 'tab', 'home', 'up']).view.paneTop).toBe(0);
    expect(after(['?', 'escape']).view).toEqual(FIRST_VIEW);
  });

  it('leave, wherever one is', () => {
    expect(after(['q']).order).toBe('quit');
    for (const before of [['/'], ['x'], ['?']]) expect(after([...before, '^c']).order).toBe('quit');
    expect(after(['^z']).order).toBe('suspend');
    expect(KEY_LINES.join('\n')).toContain('q, ^c');
  });
});

describe('the frame', () => {
  const picture = (view: View, rows: readonly Shown[], more: Partial<Picture> = {}): Picture => ({
    ...{ view, rows, at: placeOf(rows, view), top: 0, counts: '4 jobs', title: 'upstart', trouble: '' },
    ...{ message: { text: '', isBad: false }, pane: [], nowMs: 0, colour: PLAIN, isPlain: true, ...more },
  });

  it('marks the selected row without a colour, and the whole row with colours', () => {
    const lines = frame(picture(FIRST_VIEW, ALL), { columns: 80, lines: 24 });
    expect(lines[2]).toMatch(/^ {2}JOB +STATE/);
    expect(lines[3]).toMatch(/^> bad +stop\/waiting .*main process/);
    expect(lines.join('')).not.toContain('\u001b');
    const coloured = { colour: paletteFor(true, {}), isPlain: false };
    const [, , , line = ''] = frame(picture(FIRST_VIEW, ALL, coloured), { columns: 80, lines: 24 });
    expect([line.startsWith('\u001b[7m> bad '), line.endsWith('\u001b[27m')]).toEqual([true, true]);
  });

  it('says what is missing, and that a terminal is too small', () => {
    expect(frame(picture(FIRST_VIEW, []), { columns: 80, lines: 24 })[3]).toContain('no job fits');
    expect(frame(picture(FIRST_VIEW, ALL, { trouble: 'waiting for init' }), { columns: 80, lines: 24 })[0]).toMatch(
      /waiting for init$/,
    );
    expect(frame(picture(FIRST_VIEW, ALL), { columns: 39, lines: 24 })[0]).toContain('too small');
    expect(frame(picture(FIRST_VIEW, ALL), { columns: 80, lines: 9 })[0]).toContain('too small');
  });

  it('fits every terminal, whatever it shows', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '界', '😀', '\u0301', ' ', '\u0007', '\ud800'),
      maxLength: 90,
    });
    const views = fc.record({
      ...{
        pane: fc.constantFrom('none', 'log', 'explain', 'outlook', 'keys'),
        isZoomed: fc.boolean(),
        isInPane: fc.boolean(),
      },
      ...{ isTyping: fc.boolean(), search: text, sort: fc.constantFrom(...SORT_NAMES), paneTop: fc.option(fc.nat(50)) },
    });
    fc.assert(
      fc.property(
        views,
        fc.array(text, { minLength: 1 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 60 }),
        (part, texts, columns, lines) => {
          const view = { ...FIRST_VIEW, ...part } as View;
          const rows = shown(
            texts.map((each) => row(each, { why: each, instance: each, pid: 4_194_304, state: 'stop/post-stopping' })),
          );
          const more = { title: texts[0] as string, message: { text: texts[0] as string, isBad: true } };
          const drawn = frame(picture(view, rows, more), { columns, lines });
          expect(drawn).toHaveLength(lines);
          for (const line of drawn) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
          const { list, pane } = heights({ columns, lines }, view);
          if (lines >= 10) expect([list, pane].every((height) => height >= 0)).toBe(true);
        },
      ),
    );
  });
});
