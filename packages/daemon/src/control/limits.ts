/** What clients may use, as tables: each socket has bounds of its own, so that strangers cannot use up what the owner needs. */

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

/** The bounds of one socket and of each of its connections. */
export interface SocketLimits {
  /** How many connections there may be at once, and which part of the descriptors that are left for connections. */
  readonly connections: number;
  readonly share: number;
  /** How many requests of each are worked on at once; further ones wait. */
  readonly requests: number;
  /** How many requests of each may have been begun whose answers its socket has not taken; further ones wait until it reads. */
  readonly inFlight: number;
  /** How many bytes all connections together may keep in memory. */
  readonly memoryBytes: number;
}

/** Of those who may change things. */
export const OWNER_SOCKET: SocketLimits = {
  connections: 4096,
  share: 0.75,
  requests: 256,
  inFlight: 16_384,
  memoryBytes: 256 * MEBIBYTE,
};

/** Of those who may only ask. */
export const STRANGER_SOCKET: SocketLimits = {
  connections: 1024,
  share: 0.25,
  requests: 16,
  inFlight: 256,
  memoryBytes: 64 * MEBIBYTE,
};

/** The bounds of every connection. */
export const CONNECTION_LIMITS = {
  /** For a client to introduce itself. */
  greetingMs: 10_000,
  /** In one turn of the event loop: how many requests are begun, and how many bytes of small ones are read. */
  turnRequests: 32,
  turnBytes: 4 * KIBIBYTE,
  /** With more than this unread, a client's further requests wait until it has read them. */
  fullBytes: MEBIBYTE,
  /** A client that leaves more than this unread is cut off. */
  unreadBytes: 32 * MEBIBYTE,
  /** What a request takes besides its bytes, roughly. */
  requestCostBytes: 2 * KIBIBYTE,
  /** What a client that was refused may still send, and how long it has to close its end. */
  farewellBytes: 2 * MEBIBYTE,
  farewellMs: 10_000,
} as const;

/** Descriptors that no connection gets: for job files, state, a program that is run in a client's place. */
export const RESERVED_DESCRIPTORS = 48;
