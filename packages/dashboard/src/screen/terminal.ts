/** The terminal: raw keys, the other screen, lines of which only changed ones are written; and its own state back, however the program ends. */
import { writeSync } from 'node:fs';
import { emitKeypressEvents, type Key as PressedKey } from 'node:readline';
import type { Size } from './frame.ts';
import type { Key } from './keys.ts';

const ESC = '\u001b[';
/** The other screen, without a cursor and without a wrap at the end of lines. */
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l`;
const LEAVE = `${ESC}0m${ESC}?7h${ESC}?25h${ESC}?1049l`;
const CLEAR = `${ESC}2J`;
/** Before a line: after one that is as wide as the terminal it would take its last character away. */
const CLEAR_LINE = `${ESC}K`;
/** Of a terminal that does not say how large it is. */
const DEFAULT_SIZE: Size = { columns: 80, lines: 24 };
const STDOUT = 1;

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';
const ENDING: readonly Signal[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

export interface Listeners {
  key(key: Key): void;
  /** Everything has to be drawn: the size has changed, or the terminal is ours again. */
  redraw(): void;
  /** A signal, or the end of the terminal. */
  end(signal: Signal): void;
}

export class Terminal {
  readonly #listeners: Listeners;
  #shown: readonly string[] = [];
  #isOurs = false;
  #waitsForDrain = false;
  readonly #undo: (() => void)[] = [];

  constructor(listeners: Listeners) {
    this.#listeners = listeners;
  }

  get size(): Size {
    const { columns, rows } = process.stdout;
    return { columns: columns || DEFAULT_SIZE.columns, lines: rows || DEFAULT_SIZE.lines };
  }

  open(): void {
    const { stdin, stdout } = process;
    emitKeypressEvents(stdin);
    const press = (text: string | undefined, { name, ctrl }: PressedKey): void =>
      this.#listeners.key({ name: name ?? '', character: text ?? '', isControl: ctrl === true });
    const lost = (): void => this.#listeners.end('SIGHUP');
    const restore = (): void => this.#leave();
    this.#on(stdin, 'keypress', press);
    this.#on(stdin, 'end', lost);
    this.#on(stdin, 'error', lost);
    this.#on(stdout, 'error', lost);
    this.#on(stdout, 'resize', () => this.#listeners.redraw());
    for (const signal of ENDING) this.#on(process, signal, () => this.#listeners.end(signal));
    // Whatever ends the program, an error too.
    this.#on(process, 'exit', restore);
    this.#on(process, 'SIGTSTP', () => {
      this.#leave();
      process.kill(process.pid, 'SIGSTOP');
    });
    this.#on(process, 'SIGCONT', () => {
      // A shell may have changed the modes meanwhile.
      this.#leave();
      this.#enter();
    });
    this.#enter();
  }

  /** Its state from before. */
  close(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#leave();
    process.stdin.pause();
  }

  /** As Ctrl-Z does in other programs: the whole job of the shell stops. */
  suspend(): void {
    process.kill(0, 'SIGTSTP');
  }

  /** Writes what differs from what is there. While a slow terminal has not taken the frame before, nothing: the next one has it all. */
  show(lines: readonly string[]): void {
    if (!this.#isOurs || this.#waitsForDrain) return;
    const changed = lines.flatMap((line, at) =>
      line === this.#shown[at] ? [] : [`${ESC}${at + 1};1H${CLEAR_LINE}${line}`],
    );
    this.#shown = lines;
    if (changed.length === 0 || process.stdout.write(changed.join(''))) return;
    this.#waitsForDrain = true;
    process.stdout.once('drain', () => {
      this.#waitsForDrain = false;
      this.#listeners.redraw();
    });
  }

  /** Everything is written with the next frame. */
  clear(): void {
    this.#shown = [];
    if (this.#isOurs && !this.#waitsForDrain) process.stdout.write(CLEAR);
  }

  #enter(): void {
    if (this.#isOurs) return;
    this.#isOurs = true;
    process.stdin.setRawMode(true);
    process.stdin.resume();
    process.stdout.write(ENTER + CLEAR);
    this.#shown = [];
    this.#listeners.redraw();
  }

  /** At once: the process may end, or stop, in the next moment. */
  #leave(): void {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    try {
      process.stdin.setRawMode(false);
      writeSync(STDOUT, LEAVE);
    } catch {
      // The terminal is gone.
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: listeners of several emitters
  #on(emitter: NodeJS.EventEmitter, name: string, listener: (...args: any[]) => void): void {
    emitter.on(name, listener);
    this.#undo.push(() => emitter.off(name, listener));
  }
}
