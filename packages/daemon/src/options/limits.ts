/** Limits of the values of options. */

/** The most old files that are kept of a log. */
export const MAX_KEPT_LOGS = 1000;
