/** Lines of several hosts on the screen: each behind the name of where it is from, in the order of time. */
import { columnsOf, padColumns } from '../../text/columns.ts';
import type { FleetCall } from './action.ts';
import { HOLD_MS, TimeOrder } from './time-order.ts';

export interface HostLine {
  /** What stands before it, such as `web1/web`. */
  readonly label: string;
  readonly text: string;
}

/** The pause between two looks at what may be shown, in milliseconds. */
const SHOW_MS = HOLD_MS / 2;

export class Lines {
  readonly #call: FleetCall['call'];
  readonly #order = new TimeOrder<HostLine>();
  readonly #colours = new Map<string, (text: string) => string>();
  #width = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(call: FleetCall['call']) {
    this.#call = call;
  }

  /** `isLive`: it is shown after a moment; otherwise not before `end`. */
  add(line: HostLine, atMs: number, isLive: boolean): void {
    this.#order.add(line, atMs, performance.now());
    this.#width = Math.max(this.#width, columnsOf(line.label));
    if (isLive) this.#timer ??= setInterval(() => this.#show(this.#order.take(performance.now())), SHOW_MS);
  }

  /** Shows what is left. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#show(this.#order.end());
  }

  #show(lines: readonly HostLine[]): void {
    const { print } = this.#call;
    if (lines.length === 0) return;
    if (this.#call.options.json === true) print.raw(lines.map(({ text }) => `${text}\n`).join(''));
    else print.raw(lines.map(({ label, text }) => `${this.#paint(label)} | ${text}\n`).join(''));
  }

  #paint(label: string): string {
    const { names, strong } = this.#call.print.colour;
    const paint = this.#colours.get(label) ?? names[this.#colours.size % names.length] ?? strong;
    this.#colours.set(label, paint);
    return paint(padColumns(label, this.#width));
  }
}
