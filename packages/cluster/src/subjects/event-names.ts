/** Patterns of the names of events that a host sends and takes. */
import type { ClusterConf } from '../conf/cluster-conf.ts';

/** A name in which `*` is any text. */
export const EVENT_PATTERN = /^[A-Za-z0-9_.*-]{1,128}$/;

/** Whether one of these patterns has the event. */
export function isAllowed(patterns: ClusterConf['emit'], name: string): boolean {
  return patterns.some((pattern) => matches(pattern, name));
}

/** The parts between the stars stand in the name in their order: no backtracking. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === name;
  const last = rest.pop() as string;
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}
