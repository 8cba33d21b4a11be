/** Colours, for terminals only. NO_COLOR (any value but the empty one) and TERM=dumb turn them off. */

export { printable } from '@upstart/common';

type Paint = (text: string) => string;
export interface Palette {
  readonly good: Paint;
  readonly busy: Paint;
  readonly bad: Paint;
  readonly dim: Paint;
  readonly strong: Paint;
  /** Tells names from each other: each gets the next one, in turn. */
  readonly names: readonly Paint[];
}

const paint =
  (on: number, off: number): Paint =>
  (text) =>
    `\u001b[${on}m${text}\u001b[${off}m`;
const plain: Paint = (text) => text;

const COLOURED: Palette = {
  good: paint(32, 39),
  busy: paint(33, 39),
  bad: paint(31, 39),
  dim: paint(2, 22),
  strong: paint(1, 22),
  names: [36, 33, 32, 35, 34, 96, 93, 92, 95, 94].map((on) => paint(on, 39)),
};
const PLAIN: Palette = { good: plain, busy: plain, bad: plain, dim: plain, strong: plain, names: [plain] };

export function paletteFor(terminal: boolean, env: Readonly<Record<string, string | undefined>>): Palette {
  return terminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb' ? COLOURED : PLAIN;
}
