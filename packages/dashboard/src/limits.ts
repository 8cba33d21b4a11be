/** All bounds of the gateway. What is beyond them is rejected or dropped, and harms nothing else. */

/** Bytes of a request line with its headers; Node answers 431 to more. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** Bytes of the body of a request. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Connections at a time; more are closed at once. */
export const MAX_CONNECTIONS = 1200;
/** Streams (`watch`, followed logs) at a time. */
export const MAX_STREAMS = 1000;
/** Bytes that wait for a slow reader of a stream; beyond that it is dropped, and resumes when it connects again. */
export const MAX_STREAM_BACKLOG_BYTES = 1024 * 1024;
/** Entries of the history that a stream catches up with; more are a `gap`. */
export const MAX_CAUGHT_UP = 10_000;
/** A comment in each stream in this interval shows readers that it lives, and finds dead ones. */
export const STREAM_BEAT_MS = 15_000;
/** For the headers of a request, and for all of it. */
export const HEADERS_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 30_000;
/** Helper programs (simulation, pictures, lint) at a time, and requests that wait for one. */
export const MAX_TOOLS = 2;
export const MAX_WAITING_TOOLS = 16;
export const TOOL_TIMEOUT_MS = 60_000;
export const MAX_TOOL_ANSWER_BYTES = 32 * 1024 * 1024;
/** What was found of the fleet is good for so long; and it has to be found within this time. */
export const FLEET_FRESH_MS = 5000;
export const FLEET_TIMEOUT_MS = 30_000;
/** Lines of a log in one answer. */
export const MAX_LOG_LINES = 10_000;
/** Bytes of a job file in an answer. */
export const MAX_FILE_BYTES = 1024 * 1024;
/** The longest id of a stream of logs: browsers send it back in a header. */
export const MAX_CURSOR_LENGTH = 4096;
/** The pause before init is tried again, and the longest one. */
export const RETRY_MS = 100;
export const MAX_RETRY_MS = 2000;
/** What processes use is sampled in this interval, for so long after somebody has asked, and forgotten after so long. */
export const SAMPLE_MS = 2000;
export const SAMPLED_FOR_MS = 10_000;
export const SAMPLES_KEPT_MS = 120_000;
/** Samples of a job, jobs, and instances of a job. */
export const MAX_SAMPLES = 450;
export const MAX_SAMPLED_JOBS = 32;
export const MAX_USED_INSTANCES = 16;
/** Inits that one gateway leads to, besides its own. */
export const MAX_OTHER_INITS = 16;
/** Garbage is collected so long after the last request. */
export const TIDY_AFTER_MS = 10_000;
/** And so long after the last time at the earliest. */
export const TIDY_INTERVAL_MS = 30_000;
