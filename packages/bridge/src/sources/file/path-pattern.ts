/**
 * The path of a condition as a pattern for components: words, shell patterns, and `**` for any number of folders. A position says how many
 * components of the pattern a path has used up; `**` can be at several.
 */
import { globMatches } from '@upstart/common';

const SPECIAL = /[*?[]/;
const ANY_FOLDERS = '**';

export type Positions = ReadonlySet<number>;

export class PathPattern {
  readonly #parts: readonly string[];

  /** `path` is absolute. Empty components and `.` mean nothing, and `**` at the end means everything below. */
  constructor(path: string) {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    this.#parts = parts.at(-1) === ANY_FOLDERS ? [...parts, '*'] : parts;
  }

  /** The positions of the root folder. */
  start(): Positions {
    return this.#closed([0]);
  }

  /** The positions of what is called `name` in a folder with `positions`. `**` does not follow symbolic links, which may lead in a circle. */
  step(positions: Positions, name: string, isLink = false): Positions {
    const next: number[] = [];
    for (const at of positions) {
      const part = this.#parts[at];
      if (part === undefined) continue;
      if (part === ANY_FOLDERS) {
        if (!isLink) next.push(at);
      } else if (SPECIAL.test(part) ? globMatches(part, name) : part === name) next.push(at + 1);
    }
    return this.#closed(next);
  }

  /** Whether it means this path, on which there are no links. */
  matches(path: string): boolean {
    let positions = this.start();
    for (const name of path.split('/')) if (name !== '') positions = this.step(positions, name);
    return this.isMatch(positions);
  }

  /** Whether a path with these positions is one that the pattern means. */
  isMatch(positions: Positions): boolean {
    return positions.has(this.#parts.length);
  }

  /** Whether there may be matches below a folder with these positions. */
  leadsOn(positions: Positions): boolean {
    return [...positions].some((at) => at < this.#parts.length);
  }

  /** Whether the next component may be the last one. */
  endsBelow(positions: Positions): boolean {
    return positions.has(this.#parts.length - 1);
  }

  /** The names that a folder with these positions has to be asked for; null: all. */
  names(positions: Positions): readonly string[] | null {
    const parts = [...positions].map((at) => this.#parts[at]).filter((part) => part !== undefined);
    return parts.some((part) => SPECIAL.test(part)) ? null : parts;
  }

  #closed(positions: readonly number[]): Positions {
    const all = new Set(positions);
    for (const at of all) if (this.#parts[at] === ANY_FOLDERS) all.add(at + 1);
    return all;
  }
}
