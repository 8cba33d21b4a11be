/** Whether AppArmor works here (reference: jobs §12); where it does not, its stanzas do nothing. */
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';

const PARSER = '/sbin/apparmor_parser';

export function isAppArmorUsable(): boolean {
  try {
    if (!readFileSync('/sys/module/apparmor/parameters/enabled', 'latin1').startsWith('Y')) return false;
    accessSync(PARSER, constants.X_OK);
    return statSync(PARSER).isFile() && !existsSync('/run/container_type') && !existsSync('/rofs/etc/apparmor.d');
  } catch {
    return false;
  }
}
