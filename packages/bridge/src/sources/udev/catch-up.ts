/**
 * Which devices have been added while nothing listened: between the start of this program and its first look, and after a crash. udev notes
 * for each when it has first dealt with it (reference: bridges §2). Pure.
 */

type Properties = ReadonlyMap<string, string>;

/** A device that was found is known so long: the message about it may still be on its way. */
export const KNOWN_MS = 10_000;

/** When udev has first dealt with the device; null: it does not say so. */
export function initializedUs(properties: Properties): number | null {
  const us = Number(properties.get('USEC_INITIALIZED') ?? Number.NaN);
  return Number.isFinite(us) ? us : null;
}

const keyOf = (properties: Properties): string => properties.get('DEVPATH') ?? '';

/** When udev has last noted something of a device whose time it does not note, as of plain terminals; null: it is not known. */
export type Noted = (device: Properties) => number | null;

export class CatchUp {
  readonly #sinceUs: number | null;
  readonly #notedUs: Noted;
  /** Devices that messages have told of, and devices that were found whose message may come. */
  readonly #heard = new Set<string>();
  readonly #found = new Set<string>();
  #isOver = false;

  /** `sinceUs`: devices since then are found, by the clock that stands still while the machine sleeps; null: all. */
  constructor(sinceUs: number | null, notedUs: Noted = () => null) {
    this.#sinceUs = sinceUs;
    this.#notedUs = notedUs;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** No message about what was found is on its way any more. */
  end(): void {
    this.#isOver = true;
    this.#heard.clear();
    this.#found.clear();
  }

  /** Whether a message is news: a device that was found has been reported already. */
  isNews(message: Properties): boolean {
    if (this.#isOver) return true;
    const key = keyOf(message);
    if (message.get('ACTION') === 'remove') {
      // What comes in its place is another one.
      this.#heard.delete(key);
      this.#found.delete(key);
    }
    if (message.get('ACTION') !== 'add') return true;
    this.#heard.add(key);
    return !this.#found.delete(key);
  }

  /** Whether a device that is there is to be reported as added. */
  finds(device: Properties): boolean {
    const us = initializedUs(device) ?? this.#notedUs(device);
    if (this.#sinceUs !== null && (us === null || us < this.#sinceUs)) return false;
    const key = keyOf(device);
    if (this.#heard.has(key) || this.#found.has(key)) return false;
    this.#found.add(key);
    return true;
  }
}
