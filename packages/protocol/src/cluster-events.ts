/** Events that cross machines: those from elsewhere, by their places in feeds, and those that are to be sent. */

/** An event of this machine that is to go to its cluster (`emits cluster`). */
export interface OutgoingEvent {
  /** Rises with each event of one init. */
  id: number;
  name: string;
  env: string[];
  /** Milliseconds since the epoch. */
  atMs: number;
}

/** The events that wait, oldest first. `dropped`: how many there was no place for, and that is not reported yet. */
export interface Outgoing {
  events: OutgoingEvent[];
  dropped: number;
}

export interface ClusterEventMethods {
  /** The number of the last event of the feed that init has; 0: of none. What it says is in the journal. */
  feed: { params: { feed: string }; result: number };
  outgoing: { params: Record<never, never>; result: Outgoing };
  /** The events up to this id are kept elsewhere, and that so many were dropped is logged: init forgets them. */
  outgoingSent: { params: { upTo: number; dropped: number }; result: null };
}
