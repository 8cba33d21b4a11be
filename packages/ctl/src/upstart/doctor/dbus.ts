/** Whether clients of D-Bus find the machine's init. */
import { existsSync } from 'node:fs';
import { type Check, ok, warning } from './finding.ts';

const BUS = '/run/dbus/system_bus_socket';
const POLICIES = ['/etc/dbus-1/system.d/Upstart.conf', '/usr/share/dbus-1/system.d/Upstart.conf'];

export const dbus: Check = {
  name: 'dbus',
  run({ session, init }) {
    // A session's clients come by its own address, and need no bus.
    if (session || init === null) return [];
    if (!existsSync(BUS))
      return [warning('no system bus runs: only root reaches init by D-Bus', 'install dbus, if programs need it')];
    if (!POLICIES.some((path) => existsSync(path)))
      return [
        warning(
          `the bus does not let init have its name: there is no ${POLICIES[0]}`,
          'install the package again, or run npm run install-system -- --as-init',
        ),
      ];
    return [ok('the system bus runs, and lets init have its name')];
  },
};
