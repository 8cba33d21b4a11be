/**
 * Descriptors that have come over a connection, until the message to which they belong is complete: each says how many it has. One that
 * belongs to none is closed.
 */
import type { ReceivedFile } from './host.ts';
import { LIMITS } from './limits.ts';
import { WireError } from './wire/check-values.ts';

/** A descriptor of a message; 'refused': it was closed, because too many are kept. */
export type MessageFile = ReceivedFile | 'refused';

export class ArrivedFiles {
  #files: MessageFile[] = [];

  /** Throws `WireError` for more than a connection may have on the way. */
  push(file: MessageFile): void {
    this.#files.push(file);
    if (this.#files.length > LIMITS.arrivedFiles) throw new WireError('descriptors come without their messages');
  }

  /** Those of the next message, which says that it has so many; fewer, if they have not come. */
  take(count = 0): MessageFile[] {
    return this.#files.splice(0, count);
  }

  /** No message is under way: what is left belongs to none. */
  drop(): void {
    releaseFiles(this.#files.splice(0));
  }
}

export function releaseFiles(files: readonly MessageFile[] = []): void {
  for (const file of files) if (file !== 'refused') file.release();
}
