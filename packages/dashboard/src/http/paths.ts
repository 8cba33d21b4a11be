/** Paths with names in them: `/jobs/{job}/start`. */

import { decoded } from './url-text.ts';

/** The values of the names, by which a handler is found; null: another path. */
export type PathMatch = (segments: readonly string[]) => Record<string, string> | null;

/** The parts of a path, decoded where that is possible. The first one is behind the first slash. */
export function segmentsOf(path: string): string[] {
  return path.slice(1).split('/').map(decoded);
}

export function pathMatch(pattern: string): PathMatch {
  const wanted = pattern.slice(1).split('/');
  const names = wanted.map((part) => /^\{(\w+)\}$/.exec(part)?.[1] ?? null);
  return (segments) => {
    if (segments.length !== wanted.length) return null;
    const found: Record<string, string> = {};
    for (const [at, segment] of segments.entries()) {
      const name = names[at];
      if (name === null || name === undefined) {
        if (segment !== wanted[at]) return null;
      } else if (segment === '') return null;
      else found[name] = segment;
    }
    return found;
  };
}
