/** The limits of clients, as tables. Each socket has its own, so that strangers cannot use up the owner's resources. */

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

/** The bounds of one socket and of each of its connections. */
export interface SocketLimits {
  /** The most connections at a time, and their share of the descriptors for connections. */
  readonly connections: number;
  readonly share: number;
  /** The most requests of a connection in progress; further ones wait. */
  readonly requests: number;
  /** The most requests of a connection whose answers its socket has not taken; further ones wait until the client reads. */
  readonly inFlight: number;
  /** The most bytes that all connections together hold in memory. */
  readonly memoryBytes: number;
}

/** For privileged clients, which may change jobs. */
export const OWNER_SOCKET: SocketLimits = {
  connections: 4096,
  share: 0.75,
  requests: 256,
  inFlight: 16_384,
  memoryBytes: 256 * MEBIBYTE,
};

/** For strangers, which may only ask. */
export const STRANGER_SOCKET: SocketLimits = {
  connections: 1024,
  share: 0.25,
  requests: 16,
  inFlight: 256,
  memoryBytes: 64 * MEBIBYTE,
};

/** The limits of every connection. */
export const CONNECTION_LIMITS = {
  /** The time until a client has to have sent `hello`. */
  greetingMs: 10_000,
  /** In one turn of the event loop: the most requests that begin, and the most bytes of small ones that are read. */
  turnRequests: 32,
  turnBytes: 4 * KIBIBYTE,
  /** A client with more unread answers than this waits with its further requests. */
  fullBytes: MEBIBYTE,
  /** A client with more unread answers than this is disconnected. */
  unreadBytes: 32 * MEBIBYTE,
  /** The memory that a request takes besides its bytes, roughly. */
  requestCostBytes: 2 * KIBIBYTE,
  /** The input that a rejected client may still send, and the time that it has to close its end. */
  farewellBytes: 2 * MEBIBYTE,
  farewellMs: 10_000,
} as const;

/** Descriptors that no connection gets: for job files, the state, and programs that run for a client. */
export const RESERVED_DESCRIPTORS = 48;
