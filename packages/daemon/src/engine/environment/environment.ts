/**
 * Environment tables: ordered lists of `KEY=VALUE` in which a key occurs once; a later value replaces the earlier one (reference: jobs §7).
 * Loops over them use an index, because every step of every job runs some: an iterator makes an object for each entry until V8 has compiled
 * the loop.
 */

/** The key of `KEY=VALUE` or of a bare `KEY`. */
export function keyOf(entry: string): string {
  const equals = entry.indexOf('=');
  return equals < 0 ? entry : entry.slice(0, equals);
}

/** The value of the first entry for `key`; undefined when there is none. */
export function getVariable(env: readonly string[], key: string): string | undefined {
  const index = indexOf(env, key);
  return index < 0 ? undefined : (env[index] as string).slice(key.length + 1);
}

/** The values of all variables by name. The first entry of a name wins. */
export function indexVariables(env: readonly string[]): Map<string, string> {
  const index = new Map<string, string>();
  for (const entry of env) {
    const equals = entry.indexOf('=');
    const key = entry.slice(0, equals);
    if (equals >= 0 && !index.has(key)) index.set(key, entry.slice(equals + 1));
  }
  return index;
}

/** Sets `KEY=VALUE` in place. With `replace` false an existing value stays. */
export function setVariable(env: string[], entry: string, replace = true): void {
  const index = indexOf(env, keyOf(entry));
  if (index < 0) env.push(entry);
  else if (replace) env[index] = entry;
}

/** Removes `key`; a name that is not there is no error. */
export function unsetVariable(env: string[], key: string): void {
  const index = indexOf(env, key);
  if (index >= 0) env.splice(index, 1);
}

/** Up to so many entries are looked up one by one; an index pays for more. */
const FEW = 16;

/** Sets all of `entries`, one after another. With `replace` false existing values stay. */
export function mergeVariables(env: string[], entries: readonly string[], replace = true): void {
  if (entries.length <= FEW) {
    for (const entry of entries) setVariable(env, entry, replace);
    return;
  }
  // A client may send as many variables as fit into a frame.
  const places = new Map(env.map((entry, i): [string, number] => [keyOf(entry), i]));
  for (const entry of entries) {
    const key = keyOf(entry);
    const place = places.get(key);
    if (place === undefined) places.set(key, env.push(entry) - 1);
    else if (replace) env[place] = entry;
  }
}

/** The table after `lines`, each of which sets (`KEY=VALUE`) or removes (`KEY`) a variable. Takes time in proportion to both together. */
export function applyLines(env: readonly string[], lines: readonly string[]): string[] {
  const table = new Map(env.map((entry): [string, string] => [keyOf(entry), entry]));
  for (const line of lines) {
    if (line.includes('=')) table.set(keyOf(line), line);
    else table.delete(line);
  }
  return [...table.values()];
}

/** How many characters a table has. */
export function lengthOf(env: readonly string[]): number {
  let length = 0;
  for (let i = 0; i < env.length; i++) length += (env[i] as string).length;
  return length;
}

/** Whether every entry is a KEY=VALUE pair, the only requirement for arguments. */
export function arePairs(entries: readonly string[]): boolean {
  return entries.every((entry) => entry.includes('='));
}

/** Whether two tables list the same entries in the same order. */
export function sameEntries(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

function indexOf(env: readonly string[], key: string): number {
  for (let i = 0; i < env.length; i++) {
    const entry = env[i] as string;
    if (entry.length > key.length && entry[key.length] === '=' && entry.startsWith(key)) return i;
  }
  return -1;
}
