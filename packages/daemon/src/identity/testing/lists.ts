/** For tests: the lists of users and groups of a machine, in a folder of the test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { eventually } from '../../../../../test/eventually.ts';
import type { Identities, WhomSpec } from '../identities.ts';
import type { Identity } from '../resolve.ts';

export const RIGHTS = { privileged: true, gid: 0 };
/** Nobody is too slow to answer, unless that is what a test is about. */
export const PATIENCE_MS = 3_600_000;
/** A user of the lists. */
export const LOCAL: WhomSpec = { user: 'local', group: null, chroot: null };

/** Returns the folder; it is removed when the test is over. */
export function folderOfLists(): string {
  const folder = mkdtempSync(join(tmpdir(), 'identities-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'passwd'), 'root:x:0:0:\nlocal:x:5:6:\n');
  writeFileSync(join(folder, 'group'), 'local:x:6:\nmore:x:7:local\n');
  writeFileSync(join(folder, 'nsswitch.conf'), 'passwd: files ldap\ngroup: files\n');
  return folder;
}

export const settled = (identities: Identities, spec: WhomSpec): Promise<Identity> =>
  eventually(() => identities.lookUp(spec) ?? false);
