/** Options of all commands of `upstart`: which init is meant. */
export const GLOBAL = {
  user: { type: 'boolean', describe: "the session's init" },
  system: { type: 'boolean', describe: "the system's init", conflicts: 'user' },
} as const;
