// upstart-session, the package for Debian: commands and session inits. The machine's init stays what it is.
import { OLDEST_NODE } from '../prerequisites.mjs';
import { OVERRIDE_OF_MODULE, ofSession } from './contents.mjs';

const DESCRIPTION = `event-based init for sessions and containers
 Job files say on which events a service starts and stops; initctl, start,
 stop and status talk to the init that runs them. This is a new implementation
 of what Upstart 1.13.2 does: existing job files keep working.
 .
 This package has the init of a user's session or of a container, the commands
 and the manual pages. It leaves the init of the machine as it is.`;

/** @returns {import('./debian.mjs').Package} */
export const sessionPackage = () => ({
  name: 'upstart-session',
  rows: ofSession(),
  control: {
    Depends: `nodejs (>= ${OLDEST_NODE}) | upstart-node (>= ${OLDEST_NODE})`,
    Suggests: 'graphviz',
    // It has a manual page initctl(8), too.
    Conflicts: 'finit',
  },
  description: DESCRIPTION,
  overrides: OVERRIDE_OF_MODULE,
});
