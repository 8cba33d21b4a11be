/** Which hosts take a free place first: the others wait a moment. */

/** How much later the next rank tries, and the last one at most, in milliseconds: a place is handed over within a second. */
const RANK_MS = 150;
const LAST_RANK_MS = 600;

type Labels = Readonly<Record<string, string>>;

/** The place of the first label that the host has; behind the last one, if it has none. */
function rankOf(prefer: readonly string[], labels: Labels): number {
  const found = prefer.findIndex((label) => {
    const at = label.indexOf('=');
    const key = label.slice(0, at);
    return Object.hasOwn(labels, key) && labels[key] === label.slice(at + 1);
  });
  return found < 0 ? prefer.length : found;
}

/** How long the host leaves a free place to others. `hasOne`: it has another place of the same lease, so that places spread over hosts. */
export function preferenceMs(prefer: readonly string[], labels: Labels, hasOne: boolean): number {
  return Math.min((rankOf(prefer, labels) + (hasOne ? 1 : 0)) * RANK_MS, LAST_RANK_MS);
}
