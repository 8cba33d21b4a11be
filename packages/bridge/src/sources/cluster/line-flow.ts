/** Cuts the output of a program into lines, and hands them on as fast as they are taken: meanwhile the program waits. */

/** Characters of a line at most; the rest is dropped. */
export const MAX_LINE = 65_536;

export interface FlowEnd {
  /** False: no more may be taken before `resume` is called. */
  take(line: string): boolean;
  /** Has the program wait, or continue. */
  pause(isPaused: boolean): void;
}

export class LineFlow {
  readonly #end: FlowEnd;
  readonly #lines: string[] = [];
  #rest = '';
  #isCut = false;
  #isFull = false;
  #ended: (() => void) | null = null;

  constructor(end: FlowEnd) {
    this.#end = end;
  }

  feed(text: string): void {
    const [first = '', ...more] = text.split('\n');
    this.#append(first);
    for (const part of more) {
      this.#lines.push(this.#rest);
      this.#rest = '';
      this.#isCut = false;
      this.#append(part);
    }
    this.#pump();
  }

  /** More may be taken. */
  resume(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#pump();
    if (!this.#isFull) this.#end.pause(false);
  }

  /** The program has ended; `done` is called when all lines have been taken. */
  end(done: () => void): void {
    if (this.#rest !== '') this.#lines.push(this.#rest);
    this.#rest = '';
    this.#ended = done;
    this.#pump();
  }

  #append(text: string): void {
    if (this.#isCut) return;
    this.#rest += text;
    this.#isCut = this.#rest.length > MAX_LINE;
    if (this.#isCut) this.#rest = this.#rest.slice(0, MAX_LINE);
  }

  #pump(): void {
    while (!this.#isFull && this.#lines.length > 0) this.#isFull = !this.#end.take(this.#lines.shift() as string);
    if (this.#isFull) this.#end.pause(true);
    else if (this.#ended) {
      const done = this.#ended;
      this.#ended = null;
      done();
    }
  }
}
