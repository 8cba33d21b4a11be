/** A folder on the way to what conditions name: its watch, and what is known of the names in it. */
import type { Entry } from './entry.ts';
import type { Positions } from './path-pattern.ts';
import type { Target } from './target.ts';

export class Folder {
  /** `/`, or a path without a slash at its end. */
  readonly path: string;
  readonly name: string;
  readonly parent: Folder | null;
  /** By name: folders that are watched, or waited for. */
  readonly children = new Map<string, Folder>();
  readonly entries = new Map<string, Entry>();
  /** The targets that this folder belongs to, and how far the way to each has come. */
  readonly targets = new Map<Target, Positions>();
  /** The targets that are this folder and what is in it. */
  readonly owners = new Set<Target>();
  /** Those that ask for one name in it, by that name, and those that ask for several. */
  readonly #byName = new Map<string, Set<Target>>();
  readonly #byPattern = new Set<Target>();
  /** The number of its watch; null: it is not watched. */
  watch: number | null = null;
  /** The events that have been asked for. */
  mask = 0;
  /** Whether a request for its watch is under way. */
  isAsking = false;
  /** Whether it exists, as far as has been reported. */
  isThere = false;
  /** Whether a source before this one has reported it, so that names which are new in it are a change. */
  isRecalled = false;
  /** It is no part of the tree any more. */
  isGone = false;

  constructor(name: string, parent: Folder | null) {
    this.name = name;
    this.parent = parent;
    this.path = parent === null ? '/' : parent.pathOf(name);
  }

  pathOf(name: string): string {
    return this.path === '/' ? `/${name}` : `${this.path}/${name}`;
  }

  add(target: Target, positions: Positions): void {
    this.remove(target);
    this.targets.set(target, positions);
    const { pattern, kind } = target;
    if (kind === 'folder' && pattern.isMatch(positions)) this.owners.add(target);
    const names = pattern.names(positions);
    if (names === null) this.#byPattern.add(target);
    for (const name of names ?? []) {
      const others = this.#byName.get(name);
      if (others) others.add(target);
      else this.#byName.set(name, new Set([target]));
    }
  }

  remove(target: Target): void {
    const positions = this.targets.get(target);
    if (positions === undefined) return;
    this.targets.delete(target);
    this.owners.delete(target);
    this.#byPattern.delete(target);
    for (const name of target.pattern.names(positions) ?? []) {
      const others = this.#byName.get(name);
      others?.delete(target);
      if (others?.size === 0) this.#byName.delete(name);
    }
  }

  /** The targets that mean what is called `name` in it, other than as a folder of theirs. */
  *meant(name: string): Generator<Target> {
    for (const target of this.#asking(name)) {
      const positions = this.targets.get(target) as Positions;
      if (target.kind !== 'folder' && target.pattern.isMatch(target.pattern.step(positions, name))) yield target;
    }
  }

  /** The targets that lead into the folder called `name` in it. */
  below(name: string, isLink: boolean): Map<Target, Positions> {
    const found = new Map<Target, Positions>();
    for (const target of this.#asking(name)) {
      const next = target.pattern.step(this.targets.get(target) as Positions, name, isLink);
      const isEnd = target.kind === 'folder' && target.pattern.isMatch(next);
      if (isEnd || target.pattern.leadsOn(next)) found.set(target, next);
    }
    return found;
  }

  /** Whether anything is to be reported of what is called `name` in it. */
  reports(name: string): boolean {
    return this.owners.size > 0 || !this.meant(name).next().done;
  }

  /** Whether all names in it matter, rather than some. */
  get isListed(): boolean {
    return this.owners.size > 0 || this.#byPattern.size > 0;
  }

  /** Whether a target may end at a name in it. */
  get hasEnds(): boolean {
    if (this.owners.size > 0) return true;
    for (const [{ pattern, kind }, positions] of this.targets)
      if (kind !== 'folder' && pattern.endsBelow(positions)) return true;
    return false;
  }

  /** The names that targets ask for. */
  names(): Iterable<string> {
    return this.#byName.keys();
  }

  isNamed(name: string): boolean {
    return this.#byName.has(name);
  }

  *#asking(name: string): Generator<Target> {
    yield* this.#byName.get(name) ?? [];
    yield* this.#byPattern;
  }
}
