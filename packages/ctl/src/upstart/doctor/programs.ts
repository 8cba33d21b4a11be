/** Programs of the machine that init or its jobs call. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { attempt, type Check, type Finding, ok, problem, warning } from './finding.ts';

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

interface Row {
  readonly program: string;
  /** What does not work without it. */
  readonly lost: string;
  /** The package of Debian that has it. */
  readonly from: string;
  readonly ofMachine?: boolean;
  readonly isNeeded?: boolean;
}

const ROWS: readonly Row[] = [
  { program: 'sh', lost: 'no script of a job runs', from: 'dash', isNeeded: true },
  { program: 'getent', lost: 'users that are not in /etc/passwd are unknown to setuid', from: 'libc-bin' },
  { program: 'agetty', lost: 'there is no login on a terminal', from: 'util-linux', ofMachine: true },
  { program: 'sulogin', lost: 'there is no shell in an emergency', from: 'util-linux', ofMachine: true },
  { program: 'mount', lost: 'file systems stay unmounted', from: 'mount', ofMachine: true, isNeeded: true },
];

export const programs: Check = {
  name: 'programs',
  run({ session }) {
    const rows = ROWS.filter(({ ofMachine }) => !session || ofMachine !== true);
    const found = rows.flatMap(lookFor);
    return found.length > 0 ? found : [ok(`${rows.map(({ program }) => program).join(', ')} are there`)];
  },
};

function lookFor({ program, lost, from, isNeeded }: Row): Finding[] {
  if (FOLDERS.some((folder) => 'value' in attempt(() => accessSync(join(folder, program), constants.X_OK)))) return [];
  return [(isNeeded ? problem : warning)(`${program} is missing: ${lost}`, `install it: on Debian, package ${from}`)];
}
