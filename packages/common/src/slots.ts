/** The process slots of a job, in the order in which status lists them. */
export const SLOTS = ['main', 'pre-start', 'post-start', 'pre-stop', 'post-stop', 'security'] as const;
export type Slot = (typeof SLOTS)[number];
