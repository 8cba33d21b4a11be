/** What bounds the agent of a host, and how long each side waits for the other. */

/** Requests at one time, and those of one asker, so that none takes all. Streams count, too, and have bounds of their own. */
export const MAX_REQUESTS = 64;
export const MAX_REQUESTS_OF_ONE = 16;
export const MAX_STREAMS = 16;

/** While a request is under way the agent says so this often. */
export const ALIVE_MS = 5000;
/** A host that says nothing for so long is given up by its asker. */
export const SILENT_MS = 15_000;
/** The first word of a host has to come within this time. */
export const FIRST_WORD_MS = 5000;
/** The asker of a stream says this often that it still wants it, and how many items it has. */
export const CONTINUE_MS = 5000;
/** A stream whose asker says nothing for so long is ended. */
export const ABANDONED_MS = 20_000;
/** Items of a stream that its asker has not confirmed; it confirms each quarter of them. */
export const WINDOW = 1024;
