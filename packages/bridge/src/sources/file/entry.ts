/** What is known of one name in a watched folder, as a state machine without I/O (reference: bridges §4.3). */
import type { FileHappening } from '@upstart/common';

/** What a look at a name finds. */
export interface Looked {
  readonly type: 'file' | 'folder' | 'other';
  /** Device and inode: tells whether it is another file of the same name. */
  readonly id: string;
  /** Changes whenever the content does. */
  readonly stamp: string;
  /** How many names it has. */
  readonly names: number;
}

export type Happening = FileHappening;
/** `vanished`: it went before its first writer had closed it, so it has never been reported. */
export type Outcome = Happening | 'vanished' | null;

/**
 * `found` was there at a look, and is reported once the events from before the look have been read: if it has been made meanwhile, its writer
 * may not have closed it. `open` is a new file that waits for that.
 */
type State = 'absent' | 'found' | 'open' | 'present';

export class Entry {
  #state: State = 'absent';
  #looked: Looked | null = null;

  /** One that a source before this one has reported. */
  static reported(before: Pick<Looked, 'id' | 'stamp'>): Entry {
    const entry = new Entry();
    entry.#state = 'present';
    entry.#looked = { type: 'other', names: 1, ...before };
    return entry;
  }

  /** What the last look has found. */
  get looked(): Looked | null {
    return this.#looked;
  }

  get isPresent(): boolean {
    return this.#state === 'present';
  }

  /** Whether nothing is known of it that would be missed. */
  get isAbsent(): boolean {
    return this.#state === 'absent';
  }

  /** The name has appeared. Files count when they are first closed; nobody closes anything else, nor the further name of a file. */
  created(looked: Looked | null): Outcome {
    if (this.#state === 'present') return this.#changed(looked);
    this.#looked = looked;
    if (looked === null || (looked.type === 'file' && looked.names < 2)) {
      this.#state = 'open';
      return null;
    }
    this.#state = 'present';
    return 'create';
  }

  /** It has been closed after writing. */
  written(looked: Looked | null): Outcome {
    const before = this.#state;
    this.#looked = looked ?? this.#looked;
    this.#state = 'present';
    return before === 'present' ? 'modify' : 'create';
  }

  /** It has been moved here, perhaps over another one. */
  movedHere(looked: Looked | null): Outcome {
    this.#looked = looked;
    this.#state = 'present';
    return 'create';
  }

  gone(): Outcome {
    const before = this.#state;
    this.#state = 'absent';
    this.#looked = null;
    return before === 'present' ? 'delete' : before === 'open' ? 'vanished' : null;
  }

  /** The result of a look at the whole folder, which may have been preceded by events that were lost. */
  scanned(looked: Looked | null): Outcome {
    if (looked === null) return this.gone();
    if (this.#state === 'present') return this.#changed(looked);
    this.#looked = looked;
    this.#state = 'found';
    return null;
  }

  /** All events from before the look have been read. */
  settled(): Outcome {
    if (this.#state !== 'found') return null;
    this.#state = 'present';
    return 'create';
  }

  /** What a look at something that is known already shows. */
  #changed(looked: Looked | null): Outcome {
    const before = this.#looked;
    if (looked === null) return null;
    this.#looked = looked;
    if (before === null || before.id !== looked.id) return 'create';
    return looked.type === 'file' && before.stamp !== looked.stamp ? 'modify' : null;
  }
}
