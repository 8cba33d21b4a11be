/** Times command lines from a small C process, whose fork is cheap and always the same. */
import { type LineProgram, METER, MS, startLines } from './programs.ts';

/** `waitpid` says 0 for a program that exited with 0. */
const SUCCESS = 0;

export class Stopwatch {
  readonly #meter: LineProgram;

  /** Programs get the environment `env`. */
  constructor(env: NodeJS.ProcessEnv) {
    this.#meter = startLines([METER, 'stopwatch'], env);
  }

  /** Milliseconds from the fork to the end of the program. Throws when it fails. */
  async time(words: readonly string[]): Promise<number> {
    const bytes = Buffer.from(words.map((word) => `${word}\0`).join(''));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    this.#meter.child.stdin!.write(Buffer.concat([length, bytes]));
    const [ns, status] = (await this.#meter.next()).split(' ').map(Number) as [number, number];
    if (status !== SUCCESS) throw new Error(`${words.slice(0, 3).join(' ')}: wait status ${status}`);
    return ns / MS;
  }

  close(): Promise<void> {
    return this.#meter.end();
  }
}
