/** The output of a command, and whether it is wanted (reference: control §2). */
import { type Options, prefixed, screenWidth } from '@upstart/common';
import type { CommandContext } from './context.ts';
import { type Palette, paletteFor } from './text/colour.ts';
import { wrapped } from './text/wrapped.ts';

/** Narrower terminals break lines by themselves. */
const NARROWEST = 20;

export class Printer {
  /** The name the program was called by, which its errors start with. */
  readonly program: string;
  /** Colours for standard output; without effect where that is no terminal. */
  readonly colour: Palette;
  readonly #errColour: Palette;
  readonly #context: CommandContext;
  readonly #hints: string[] = [];
  #quiet = false;
  #verbose = false;

  constructor(program: string, context: CommandContext) {
    this.program = program;
    this.#context = context;
    this.colour = paletteFor(context.terminal.out, context.env);
    this.#errColour = paletteFor(context.terminal.err, context.env);
  }

  /** Heeds `--quiet`, `--verbose` and `--debug`. */
  heed(options: Options): void {
    this.#quiet = options.quiet === true;
    this.#verbose = options.verbose === true || options.debug === true;
  }

  /** A line of output; not with `--quiet`. */
  line(text: string): void {
    if (!this.#quiet) this.#context.out(`${text}\n`);
  }

  /** Lines of text; on a terminal they are broken between words, to its width, and continue at the column `hang`. */
  lines(texts: readonly string[], hang?: number): void {
    const { width } = this;
    this.line(texts.flatMap((text) => (width === null ? text : wrapped(text, width, hang))).join('\n'));
  }

  /** Output that has its own line ends. */
  raw(text: string): void {
    if (!this.#quiet) this.#context.out(text);
  }

  /** A line that only `--verbose` prints. */
  info(text: string): void {
    if (this.#verbose) this.line(text);
  }

  json(value: unknown): void {
    this.line(JSON.stringify(value, null, 2));
  }

  /** An error of the command line, whatever `--quiet` says. */
  usageError(text: string): void {
    this.#error(text);
    this.#context.err(`Try \`${this.program} --help' for more information.\n`);
    this.#showHints();
  }

  /** Whether `--verbose` asks for more. */
  get verbose(): boolean {
    return this.#verbose;
  }

  /** Whether people read the output: then it is coloured and aligned. */
  get forPeople(): boolean {
    return this.#context.terminal.out;
  }

  /** The columns of the terminal that shows the output; null: none does, so nothing is laid out for it. */
  get width(): number | null {
    const { env, terminal } = this.#context;
    return this.forPeople ? screenWidth(env, terminal.columns, NARROWEST) : null;
  }

  /** Whether hints are wanted: only people read them. */
  get hinting(): boolean {
    return this.#context.terminal.err;
  }

  /** A note below the error that ends this command. */
  hint(text: string): void {
    this.#hints.push(text);
  }

  /** A note for people although the command succeeded. */
  notice(text: string): void {
    if (this.hinting && !this.#quiet) this.#context.err(`${this.#errColour.dim(text)}\n`);
  }

  /** The error that ends the command, and the hints that belong to it. */
  failure(text: string): void {
    this.#error(text);
    this.#showHints();
  }

  #showHints(): void {
    if (!this.hinting) return;
    for (const hint of this.#hints) this.#context.err(`${this.#errColour.dim(hint)}\n`);
  }

  #error(text: string): void {
    this.#context.err(`${prefixed(this.program, text)}\n`);
  }
}
