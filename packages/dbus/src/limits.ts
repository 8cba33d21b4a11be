/** The limits of D-Bus clients, as one table. docs/security.md names the party that each limit protects. */

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

/** Limits of the D-Bus specification. */
export const SPECIFIED = {
  messageBytes: 128 * MEBIBYTE,
  arrayBytes: 64 * MEBIBYTE,
  signatureBytes: 255,
  nameBytes: 255,
  arrayDepth: 32,
  structDepth: 32,
  /** Containers in all, those in variants included. */
  totalDepth: 64,
} as const;

/** Our own. */
export const LIMITS = {
  /** A longer message is skipped, and answered with an error. */
  messageBytes: MEBIBYTE,
  /** The header of a message; a longer one is skipped without an answer, since what it is called is not known. */
  headerBytes: 64 * KIBIBYTE,
  /** For a client to authenticate, and the bytes, lines and rejections that it has for that. */
  authenticationMs: 10_000,
  authenticationBytes: 16 * KIBIBYTE,
  rejections: 6,
  /** Calls of one caller that wait for their turn: a connection is not read from beyond that, a sender on a bus gets an error. */
  queuedCalls: 64,
  /** Calls of one caller that were begun and wait for a job or an event. */
  waitingCalls: 256,
  /** With more than this unread, a client's further calls wait until it has read. */
  fullBytes: MEBIBYTE,
  /** A client that leaves more than this unread is cut off. */
  unreadBytes: 32 * MEBIBYTE,
  /** One that has had more than `fullBytes` unread for so long, without once reading all of it, is cut off, too. */
  stalledMs: 30_000,
  /** Descriptors of one message, and those of one connection whose message is not complete. */
  messageFiles: 1,
  arrivedFiles: 4,
  /** For commands that go over a bus: how long init, and the bus, may take for an answer that waits for nothing. That of libdbus. */
  answerMs: 25_000,
  /** Senders on a bus whose user is remembered, and that may have calls in progress at once. */
  senders: 1024,
} as const;
