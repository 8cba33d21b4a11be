/** What keys do: a table, from which the help is made, too. Pure. */
import {
  type Change,
  FIRST_VIEW,
  keyOf,
  next,
  type Pane,
  placeOf,
  SHOW_NAMES,
  type Shown,
  SORT_NAMES,
  type View,
} from './view.ts';

/** A key as node:readline has it: a name (`up`, `return`), or the character that it types. */
export interface Key {
  readonly name: string;
  readonly character: string;
  readonly isControl: boolean;
}

/** What is done besides another view. */
export type Order = 'quit' | 'suspend' | 'redraw' | { readonly change: Change; readonly row: Shown['row'] };

/** What keys may depend on. */
export interface Facts {
  /** Those of `listed`. */
  readonly rows: readonly Shown[];
  /** Rows of the list, lines of the pane that fit, and how many the pane has. */
  readonly listHeight: number;
  readonly paneHeight: number;
  readonly paneLines: number;
}

export interface Pressed {
  readonly view: View;
  readonly order?: Order;
}

interface Binding {
  readonly keys: readonly string[];
  readonly help: string;
  act(view: View, facts: Facts): Pressed;
}

/** Moves the selection, or the pane. */
const moves =
  (step: (facts: { page: number; all: number }) => number) =>
  (view: View, facts: Facts): Pressed => {
    if (view.isInPane) {
      const last = Math.max(0, facts.paneLines - facts.paneHeight);
      const from = view.paneTop ?? (view.pane === 'log' ? last : 0);
      const top = Math.max(0, Math.min(last, from + step({ page: facts.paneHeight, all: facts.paneLines })));
      // At its end a log grows again.
      return { view: { ...view, paneTop: view.pane === 'log' && top === last ? null : top } };
    }
    const to = placeOf(facts.rows, view) + step({ page: facts.listHeight, all: facts.rows.length });
    const shown = facts.rows[Math.max(0, Math.min(facts.rows.length - 1, to))];
    return { view: shown === undefined ? view : selected(view, shown) };
  };

/** Another job begins at the end of its log. */
function selected(view: View, { row }: Shown): View {
  const key = keyOf(row);
  return key === view.selected ? view : { ...view, selected: key, paneTop: null };
}

const opens =
  (pane: Pane) =>
  (view: View): Pressed => ({
    view:
      view.pane === pane
        ? closed(view)
        : { ...view, pane, paneTop: null, isInPane: pane === 'keys', isZoomed: pane === 'keys' },
  });

const closed = (view: View): View => ({ ...view, pane: 'none', isInPane: false, isZoomed: false, paneTop: null });

const asks =
  (change: Change) =>
  (view: View, { rows }: Facts): Pressed => {
    const row = rows[placeOf(rows, view)]?.row;
    if (row === undefined) return { view };
    return {
      view: { ...view, asked: { change, row, from: view.pane }, pane: 'outlook', paneTop: null, isInPane: false },
    };
  };

const BINDINGS: readonly Binding[] = [
  { keys: ['up', 'k'], help: 'up', act: moves(() => -1) },
  { keys: ['down', 'j'], help: 'down', act: moves(() => 1) },
  { keys: ['pageup', '^b'], help: 'a page up', act: moves(({ page }) => -page) },
  { keys: ['pagedown', '^f', 'space'], help: 'a page down', act: moves(({ page }) => page) },
  { keys: ['home', 'g'], help: 'to the first', act: moves(({ all }) => -all) },
  { keys: ['end', 'G'], help: 'to the last', act: moves(({ all }) => all) },
  { keys: ['/'], help: 'search names, states and reasons', act: (view) => ({ view: { ...view, isTyping: true } }) },
  { keys: ['f'], help: 'show all, running, stopped, or what is not well', act: (view) => ({ view: shows(view) }) },
  { keys: ['o'], help: 'sort by another column', act: (view) => ({ view: sorts(view) }) },
  { keys: ['O'], help: 'reverse the order', act: (view) => ({ view: { ...view, isReversed: !view.isReversed } }) },
  { keys: ['l', 'return'], help: 'open or close the log', act: opens('log') },
  { keys: ['e'], help: 'open or close the explanation', act: opens('explain') },
  { keys: ['tab'], help: 'scroll the part below, or move in the list', act: (view) => ({ view: switches(view) }) },
  { keys: ['z'], help: 'give the part below the whole screen', act: (view) => ({ view: zooms(view) }) },
  { keys: ['s'], help: 'start', act: asks('start') },
  { keys: ['x'], help: 'stop', act: asks('stop') },
  { keys: ['r'], help: 'restart', act: asks('restart') },
  { keys: ['R'], help: 'reload', act: asks('reload') },
  { keys: ['X'], help: 'stop by force: end hooks that hang, too', act: asks('force') },
  { keys: ['escape'], help: 'close the part below, then drop the search', act: (view) => ({ view: leaves(view) }) },
  { keys: ['?', 'h'], help: 'show these keys', act: opens('keys') },
  { keys: ['^l'], help: 'draw everything again', act: (view) => ({ view, order: 'redraw' }) },
  { keys: ['^z'], help: 'suspend', act: (view) => ({ view, order: 'suspend' }) },
  { keys: ['q', '^c'], help: 'quit', act: (view) => ({ view, order: 'quit' }) },
];

const shows = (view: View): View => ({ ...view, show: next(SHOW_NAMES, view.show) });
const sorts = (view: View): View => ({ ...view, sort: next(SORT_NAMES, view.sort), isReversed: false });
const switches = (view: View): View => (view.pane === 'none' ? view : { ...view, isInPane: !view.isInPane });
const zooms = (view: View): View =>
  view.pane === 'none' ? view : { ...view, isZoomed: !view.isZoomed, isInPane: !view.isZoomed };
const leaves = (view: View): View =>
  view.pane === 'none' ? { ...view, search: '', show: FIRST_VIEW.show } : closed(view);

/** Lines of the help. */
export const KEY_LINES: readonly string[] = BINDINGS.map(({ keys, help }) => `  ${keys.join(', ').padEnd(22)}${help}`);

/** Which view follows from a key, and what is to be done. */
export function press(view: View, key: Key, facts: Facts): Pressed {
  if (key.isControl && key.name === 'c') return { view, order: 'quit' };
  if (view.isTyping) return { view: typed(view, key) };
  const word = wordOf(key);
  if (view.asked !== null) {
    const { asked } = view;
    const answered: View = { ...view, asked: null, pane: asked.from, paneTop: null };
    if (word === 'y' || word === 'Y') return { view: answered, order: asked };
    const isScrolling = ['up', 'down', 'pageup', 'pagedown', '^l', '^z'].includes(word);
    if (!isScrolling) return { view: answered };
    const scrolled = BINDINGS.find(({ keys }) => keys.includes(word))?.act({ ...view, isInPane: true }, facts);
    return { ...scrolled, view: { ...(scrolled?.view ?? view), isInPane: false } };
  }
  return BINDINGS.find(({ keys }) => keys.includes(word))?.act(view, facts) ?? { view };
}

function wordOf({ name, character, isControl }: Key): string {
  if (isControl) return `^${name}`;
  return character.length === 1 && character > ' ' && character !== '\u007f' ? character : name;
}

function typed(view: View, { name, character, isControl }: Key): View {
  if (name === 'return' || name === 'enter') return { ...view, isTyping: false };
  if (name === 'escape') return { ...view, isTyping: false, search: '' };
  if (name === 'backspace') return { ...view, search: [...view.search].slice(0, -1).join('') };
  if (isControl && name === 'u') return { ...view, search: '' };
  return isControl || !/^[^\p{Cc}\p{Cs}]+$/u.test(character) ? view : { ...view, search: view.search + character };
}
