/** Names of time zones, as this build of Node knows them. */
import { nearest } from '@upstart/common';

/** Longer names are none. */
const LONGEST_ZONE = 64;

/** Names that are zones: to find out takes a while. There are a few hundred at most. */
const known = new Set<string>();

export function isZone(name: string): boolean {
  if (known.has(name)) return true;
  // Offsets such as +01:00 would be taken, but know no summer time, and not every version of Node takes them.
  if (!/^[A-Za-z]/.test(name) || name.length > LONGEST_ZONE) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    known.add(name);
    return true;
  } catch {
    return false;
  }
}

/** The name that was probably meant; its city alone is enough. */
export function zoneNear(name: string): string | null {
  if (name.length > LONGEST_ZONE) return null;
  const names = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const lower = name.toLowerCase().replaceAll(' ', '_');
  return names.find((one) => one.toLowerCase().endsWith(`/${lower}`)) ?? nearest(name, names);
}
