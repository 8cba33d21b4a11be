/** Options of all commands of `upstart`: they select the init. */
export const GLOBAL = {
  user: { type: 'boolean', describe: "the session's init" },
  system: { type: 'boolean', describe: "the system's init", conflicts: 'user' },
} as const;
