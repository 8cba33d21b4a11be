/** Options of all commands of initctl (reference: control §3). */
import { COMMON_OPTIONS, type OptionSpec } from '@upstart/common';

export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { long: 'session', description: 'use existing D-Bus session bus to connect to init daemon (for testing)' },
  { long: 'system', description: 'use D-Bus system bus to connect to init daemon' },
  { long: 'dest', value: 'NAME', description: 'destination well-known name on D-Bus bus' },
  { long: 'user', description: 'run in user mode (as used for user sessions)' },
  ...COMMON_OPTIONS,
];
