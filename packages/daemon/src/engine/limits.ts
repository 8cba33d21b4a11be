/**
 * Limits of the state and the work that jobs and requests can cause. Each is far beyond ordinary use, and small enough
 * that the daemon survives any request. Lengths are in characters. They are listed in docs/reliability.md.
 */

/** The longest result of an expansion: a variable of this length can still be handed to a program (Linux takes 128 KiB). */
export const MAX_EXPANSION = 64 * 1024;

/** The longest name of an instance. Names of log files end at 255 bytes. */
export const MAX_INSTANCE_NAME = 1024;

/** Instances of one job, and of all jobs. */
export const MAX_INSTANCES_OF_JOB = 16_384;
export const MAX_INSTANCES = 65_536;

/** The names of all instances together: a list of them fits into one answer. */
export const MAX_NAMES = 3 * 1024 * 1024;

/** Variables of an environment table or of an event. */
export const MAX_VARIABLES = 65_536;

/** The variables of one environment table, or the name and variables of one event: no program can be started with more. */
export const MAX_ENVIRONMENT = 2 * 1024 * 1024;

/** Unfinished events; more are rejected. */
export const MAX_EVENTS = 65_536;

/** Feeds of numbered events whose last number is kept; that of the feed that was quiet longest is dropped. */
export const MAX_FEEDS = 64;

/** All variables of all instances and events together: nothing is started or emitted by request beyond that. */
export const MAX_HELD = 256 * 1024 * 1024;

/**
 * Steps that matching one event against the conditions of one job may take, those of its instances included. A condition that
 * needs more is not met.
 */
export const MAX_MATCHING_STEPS = 8 * 1024 * 1024;

/** The longest text of an error; a longer one is cut. */
export const MAX_ERROR_TEXT = 8 * 1024;

/**
 * The most steps of events before other inputs get a turn. Ten thousand services that one event starts
 * stay below it. Jobs that start and stop one another without end do not, and must not keep init from answering clients that
 * ask about them or stop them.
 */
export const EVENTS_AT_ONCE = 20_000;
