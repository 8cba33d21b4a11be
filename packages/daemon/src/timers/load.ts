/** Loads the timers when a client first asks for them. */

export type NextTurns = typeof import('./next-turns.ts');

export function loadNextTurns(): Promise<NextTurns> {
  return import('./next-turns.ts');
}
