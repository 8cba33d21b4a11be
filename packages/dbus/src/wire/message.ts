/** D-Bus messages as the gateway works with them. */

export const MESSAGE_TYPES = { call: 1, reply: 2, error: 3, signal: 4 } as const;
export const NO_REPLY_EXPECTED = 1;

/** A value of a D-Bus type: structs and arrays are lists, a variant is its signature and its value. */
export type Value = string | number | boolean | readonly Value[];

/** A message without its arguments. */
export interface Header {
  readonly type: number;
  readonly flags: number;
  readonly serial: number;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly errorName?: string;
  readonly replySerial?: number;
  readonly destination?: string;
  readonly sender?: string;
  /** How many descriptors it has. */
  readonly unixFds?: number;
  /** '' for a message without arguments. */
  readonly signature: string;
}

export interface Message extends Header {
  readonly body: readonly Value[];
}

/** A method's result, an error or a signal that is to be sent. */
export type Outgoing = Omit<Partial<Message>, 'type'> & { readonly type: number };
