/** The order of scripts: by their numbers, or, where both have headers, only by their dependencies. */
import { type Facilities, servicesOf } from './facilities.ts';
import type { LsbHeader } from './lsb-header.ts';
import type { Script } from './scripts.ts';

/** For each script the positions of those that must have ended before it runs; all of them are earlier in the list. */
export function dependencies(scripts: readonly Script[], facilities: Facilities): number[][] {
  return scripts.map((script, at) =>
    scripts.slice(0, at).flatMap((earlier, index) => (mustWait(script, earlier, facilities) ? [index] : [])),
  );
}

function mustWait(later: Script, earlier: Script, facilities: Facilities): boolean {
  // A script without dependencies relies on its number.
  if (!later.header || !earlier.header) return true;
  if (later.header.interactive || earlier.header.interactive) return true;
  return later.action === 'start'
    ? startsAfter(later, later.header, earlier, earlier.header, facilities)
    : stopsAfter(later, later.header, earlier, earlier.header, facilities);
}

function startsAfter(
  later: Script,
  needs: LsbHeader,
  earlier: Script,
  offers: LsbHeader,
  facilities: Facilities,
): boolean {
  return (
    // `$all`: whatever has a smaller number.
    needs.requiredStart.includes('$all') ||
    includesAny(needs.requiredStart, namesOf(earlier, offers), facilities) ||
    includesAny(offers.startBefore, namesOf(later, needs), facilities)
  );
}

/** A script that another one needs to stop is stopped after it. */
function stopsAfter(
  later: Script,
  offers: LsbHeader,
  earlier: Script,
  needs: LsbHeader,
  facilities: Facilities,
): boolean {
  return (
    includesAny(needs.requiredStop, namesOf(later, offers), facilities) ||
    includesAny(offers.stopAfter, namesOf(earlier, needs), facilities)
  );
}

function namesOf({ service }: Script, { provides }: LsbHeader): string[] {
  return [service, service.replace(/\.sh$/, ''), ...provides];
}

function includesAny(wanted: readonly string[], names: readonly string[], facilities: Facilities): boolean {
  return wanted.some((want) => servicesOf(want, facilities).some((service) => names.includes(service)));
}
