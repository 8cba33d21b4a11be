/**
 * Addresses of hosts. The C library looks names up in threads of which there are few, and may take minutes where a name server is
 * gone: so few questions are asked at once, one for each name, and all who want that name get its answer.
 */
import { lookup } from 'node:dns';

export interface Address {
  address: string;
  family: number;
}

type Found = (error: Error | null, addresses: Address[]) => void;

/** Node has four threads for such work, and uses no more than half of them for look-ups, so that files can still be read. */
export const MAX_LOOK_UPS = 2;

/** These need no question: every machine is its own. */
const LOCAL: readonly Address[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

export class LookUps {
  readonly #ask: (name: string, found: Found) => void;
  /** By name, in the order of the questions; the first ones have been asked. */
  readonly #wanted = new Map<string, Set<Found>>();
  #asked = new Set<string>();

  constructor(ask: (name: string, found: Found) => void) {
    this.#ask = ask;
  }

  /** Returns what cancels it: no answer is wanted any more. */
  lookUp(name: string, found: Found): () => void {
    if (name.toLowerCase() === 'localhost') {
      found(null, [...LOCAL]);
      return () => {};
    }
    const waiting = this.#wanted.get(name) ?? new Set();
    this.#wanted.set(name, waiting.add(found));
    this.#askNext();
    return () => {
      waiting.delete(found);
      // What has not been asked yet makes way for what is still wanted.
      if (waiting.size === 0 && !this.#asked.has(name) && this.#wanted.get(name) === waiting) this.#wanted.delete(name);
    };
  }

  #askNext(): void {
    for (const name of this.#wanted.keys()) {
      if (this.#asked.size >= MAX_LOOK_UPS) return;
      if (this.#asked.has(name)) continue;
      this.#asked.add(name);
      this.#ask(name, (error, addresses) => {
        const waiting = this.#wanted.get(name) ?? [];
        this.#asked.delete(name);
        this.#wanted.delete(name);
        for (const found of waiting) found(error, addresses);
        this.#askNext();
      });
    }
  }
}

// After an error there are no addresses, whatever the types of Node say.
const lookUps = new LookUps((name, found) =>
  lookup(name, { all: true }, (error, addresses) => found(error, addresses ?? [])),
);

export function lookUp(name: string, found: Found): () => void {
  return lookUps.lookUp(name, found);
}
