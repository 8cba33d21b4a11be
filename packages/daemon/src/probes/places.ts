/**
 * How many tries may be under way. Each begins in a quick place; one that has not ended after a moment gives its place up and continues in a slow
 * one, and where there is none it is put off. So services that hang wait for one another, and those that answer never wait for them.
 */

/** The most tries in their first moments, and the length of that, in milliseconds. */
export const MAX_AT_ONCE = 128;
export const QUICK_MS = 500;
/** The most tries that last longer. */
export const MAX_SLOW = 256;

/** A probe that is tried now and then. */
export interface Place<T> {
  /** Which place it has; null: none. */
  place: 'quick' | 'slow' | null;
  /** Its last try was slow: the next one begins in a slow place. */
  isSlow: boolean;
  readonly entry: T;
}

export class Places<T> {
  readonly #begin: (place: Place<T>) => void;
  readonly #due = { quick: new Set<Place<T>>(), slow: new Set<Place<T>>() };
  readonly #taken = { quick: 0, slow: 0 };

  /** `begin` is called for each whose turn it is, which has its place then. */
  constructor(begin: (place: Place<T>) => void) {
    this.#begin = begin;
  }

  /** Its turn has come, as far as it is concerned. */
  ask(place: Place<T>): void {
    this.#due[place.isSlow ? 'slow' : 'quick'].add(place);
    this.#beginDue();
  }

  /** It neither waits nor is under way any more. */
  leave(place: Place<T>): void {
    this.#due.quick.delete(place);
    this.#due.slow.delete(place);
    if (place.place === null) return;
    this.#taken[place.place]--;
    place.place = null;
    this.#beginDue();
  }

  /** It has been under way for `QUICK_MS`. False: it has lost its place, and is to be put off with `ask`. */
  slowDown(place: Place<T>): boolean {
    place.isSlow = true;
    if (place.place !== 'quick') return true;
    const hasRoom = this.#taken.slow < MAX_SLOW;
    this.#taken.quick--;
    place.place = hasRoom ? 'slow' : null;
    if (!hasRoom) return false;
    this.#taken.slow++;
    this.#beginDue();
    return true;
  }

  #beginDue(): void {
    this.#beginIn('quick', MAX_AT_ONCE);
    this.#beginIn('slow', MAX_SLOW);
  }

  #beginIn(kind: 'quick' | 'slow', most: number): void {
    for (const place of this.#due[kind]) {
      if (this.#taken[kind] >= most) return;
      this.#due[kind].delete(place);
      this.#taken[kind]++;
      place.place = kind;
      this.#begin(place);
    }
  }
}
