/**
 * What comes back of a request: messages whose first character says what they are. Long ones come in parts, as servers take messages of a
 * bounded size; the servers keep the order of what one host sends.
 */

/** The first characters. `part`: the rest follows; `alive`: nothing yet; `item`, `dropped`, `end`: of a stream. */
const MARKS = { part: '+', alive: '~', result: '=', error: '!', item: '-', dropped: '?', end: '.' } as const;
export type ReplyKind = Exclude<keyof typeof MARKS, 'part'>;

export interface Reply {
  readonly kind: ReplyKind;
  readonly value: unknown;
}

/** Why the agent of a host does not do what it is asked; `init`: init has answered with an error. */
export const FAULTS = ['rejected', 'busy', 'bad', 'large', 'init'] as const;

/** The value of an `error`. */
export interface FleetFault {
  readonly fault: (typeof FAULTS)[number];
  readonly text: string;
  /** Init's name of the error. */
  readonly code?: string;
}

/** Of one message: servers take a mebibyte by default. */
const PART_BYTES = 131_072;
/** Of one reply. A host whose answer is longer says so instead. */
export const MAX_REPLY_BYTES = 8 * 1024 * 1024;

/** The messages of a reply; null: it is too long. */
export function encodeReply(kind: ReplyKind, value: unknown): Buffer[] | null {
  const text = Buffer.from(JSON.stringify(value ?? null));
  if (text.length > MAX_REPLY_BYTES) return null;
  const messages: Buffer[] = [];
  let at = 0;
  for (; text.length - at > PART_BYTES; at += PART_BYTES)
    messages.push(marked('part', text.subarray(at, at + PART_BYTES)));
  messages.push(marked(kind, text.subarray(at)));
  return messages;
}

const marked = (kind: keyof typeof MARKS, text: Buffer): Buffer => Buffer.concat([Buffer.from(MARKS[kind]), text]);

/** Puts the messages of one request's replies together. */
export class ReplyReader {
  readonly #parts: Buffer[] = [];
  #length = 0;

  /** The reply that a message completes; null: it completes none. Throws where it is no message of a reply. */
  take(message: Uint8Array): Reply | null {
    const kind = KINDS.get(String.fromCharCode(message[0] ?? 0));
    if (kind === undefined) throw new Error('what it sends is no reply');
    this.#length += message.length - 1;
    if (this.#length > MAX_REPLY_BYTES) throw new Error(`its reply is longer than ${MAX_REPLY_BYTES} bytes`);
    this.#parts.push(Buffer.from(message.subarray(1)));
    if (kind === 'part') return null;
    const text = Buffer.concat(this.#parts.splice(0)).toString();
    this.#length = 0;
    try {
      return { kind, value: JSON.parse(text) };
    } catch {
      throw new Error('what it sends is no reply');
    }
  }
}

const KINDS = new Map(Object.entries(MARKS).map(([kind, mark]) => [mark as string, kind as keyof typeof MARKS]));

/** What an `error` says, whatever the other host has sent. */
export function faultOf(value: unknown): FleetFault {
  const { fault, text, code } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const known = FAULTS.find((one) => one === fault);
  if (known === undefined || typeof text !== 'string') return { fault: 'bad', text: 'its error cannot be read' };
  return { fault: known, text, ...(typeof code === 'string' && { code }) };
}
