/** Times for people. */

/** `2026-11-29 01:16:36.123`, in the zone of this process. */
export function localTime(atMs: number): string {
  const date = new Date(atMs);
  const local = new Date(atMs - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 23).replace('T', ' ');
}
