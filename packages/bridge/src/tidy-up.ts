/** Returns what a burst of work has left: V8 frees it only in the next one, and a bridge may have nothing more to do for days. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So many changes of conditions are a burst; fewer are not worth a collection. */
export const BURST = 100;
/** The burst is over when nothing has changed for so long; after a second much of it is still in use. */
export const QUIET_MS = 15_000;

let timer: NodeJS.Timeout | undefined;

/** So many conditions have come or gone. `collect` is called when a burst of them is over. */
export function noteChanges(count: number, collect = tidyUp): void {
  if (count < BURST && timer === undefined) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = undefined;
    collect();
  }, QUIET_MS);
  timer.unref();
}

function tidyUp(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // The first one frees memory and leaves gaps, which the second one closes.
  collect();
  collect();
}
