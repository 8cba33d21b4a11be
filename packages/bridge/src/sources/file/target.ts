/** All conditions that name the same FILE: their events are sent once. */
import { dirname } from 'node:path';
import type { Wanted } from './condition.ts';
import type { Happening } from './entry.ts';
import { PathPattern } from './path-pattern.ts';

export class Target {
  readonly file: string;
  readonly kind: Wanted['kind'];
  readonly pattern: PathPattern;
  /** Whether a source before this one has answered one of the conditions. */
  isAnswered = false;
  readonly #happenings = new Map<Happening, number>();
  #users = 0;

  constructor({ file, path, kind }: Wanted) {
    this.file = file;
    this.kind = kind;
    this.pattern = new PathPattern(path);
  }

  get isUsed(): boolean {
    return this.#users > 0;
  }

  wants(happening: Happening): boolean {
    return (this.#happenings.get(happening) ?? 0) > 0;
  }

  /** Another condition (1), or one less (-1). */
  count(happenings: readonly Happening[], more: 1 | -1): void {
    this.#users += more;
    for (const one of happenings) this.#happenings.set(one, (this.#happenings.get(one) ?? 0) + more);
  }

  /** What it means to this target that `path`, or the folder of that path itself, has gone while nothing looked; null: nothing. */
  gone(path: string, isFolder: boolean): { happening: Happening; path: string } | null {
    if (this.kind === 'folder') {
      if (isFolder) return this.pattern.matches(path) ? { happening: 'delete', path: '' } : null;
      return this.pattern.matches(dirname(path)) ? { happening: 'modify', path } : null;
    }
    return !isFolder && this.pattern.matches(path) ? { happening: 'delete', path } : null;
  }

  /** The variables of an event, in their order. `path`: what it happened to. */
  env(happening: Happening, path: string): string[] {
    const match = this.kind === 'pattern' || (this.kind === 'folder' && path !== '') ? [`MATCH=${path}`] : [];
    return [`FILE=${this.file}`, `EVENT=${happening}`, ...match];
  }
}
