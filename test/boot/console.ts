/** The output of a guest's console, as text that can be waited for. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are recognised by them
const CONTROLS = /\r|\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>78]/g;
/** The beginning of a sequence whose rest has not arrived yet. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are recognised by them
const UNFINISHED = /\x1b(\[[0-9;?]*)?$/;

interface Waiter {
  from: number;
  pattern: RegExp;
  found(): void;
  give(why: string): void;
}

export class Console {
  #text = '';
  #unfinished = '';
  #over: string | null = null;
  readonly #waiters: Waiter[] = [];

  /** Adds new output, without its sequences for terminals. */
  add(chunk: string): void {
    const come = this.#unfinished + chunk;
    this.#unfinished = UNFINISHED.exec(come)?.[0] ?? '';
    this.#text += come.slice(0, come.length - this.#unfinished.length).replace(CONTROLS, '');
    for (const waiter of this.#waiters.filter((one) => this.#has(one))) {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.found();
    }
  }

  /** The place that has been reached, for `since` and `until`. */
  get here(): number {
    return this.#text.length;
  }

  since(from: number): string {
    return this.#text.slice(from);
  }

  /** Nothing more will come, for the reason `why`. */
  end(why: string): void {
    this.#over = why;
    for (const { give } of this.#waiters.splice(0)) give(why);
  }

  /** Resolves when `pattern` stands somewhere after `from`. */
  until(pattern: RegExp, from: number, seconds: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const text = `no ${pattern} on the console`;
      const timer = setTimeout(() => reject(new Error(`${text} within ${seconds} s`)), seconds * 1000);
      const found = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const give = (why: string): void => {
        clearTimeout(timer);
        reject(new Error(`${text}: ${why}`));
      };
      const waiter = { from, pattern, found, give };
      if (this.#has(waiter)) found();
      else if (this.#over !== null) give(this.#over);
      else this.#waiters.push(waiter);
    });
  }

  #has({ from, pattern }: Waiter): boolean {
    return pattern.test(this.#text.slice(from));
  }
}
