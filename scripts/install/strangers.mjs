// Files of others in the places of ours: they are kept as `FILE.distrib`, and get their names back when we are removed.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../layout.mjs';
import { Problem } from '../problem.mjs';

const DIVERTED = '.distrib';
const DIVERT = join(ROOT, 'packages/ctl/sysv/divert');

const exists = (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Another init's files are not overwritten unasked: a machine might not boot any more. */
export function refuseStrangers(strangers) {
  if (strangers.length === 0) return;
  throw new Problem(
    `These files are there already and were not installed from here:\n${strangers.map((path) => `  ${path}`).join('\n')}`,
    'Nothing has been installed. --force replaces them, and keeps them under another name.',
  );
}

/** A conf file is an administrator's, and stays. */
export const strangersAmong = (rows, root, ours) =>
  rows.filter(({ to, conf }) => !conf && !ours.has(to) && exists(join(root, to))).map(({ to }) => join(root, to));

/** Takes them out of the way; where there is dpkg, so that the upgrade of a package does not bring them back. */
export function putAside(strangers, root, ofPackages) {
  if (ofPackages && hasDpkg(root)) divert('add', root);
  for (const path of strangers) if (exists(path)) renameSync(path, `${path}${DIVERTED}`);
}

/** Gives them their names back, once ours are gone. */
export function putBack(paths, root, ofPackages) {
  if (ofPackages && hasDpkg(root)) divert('remove', root);
  for (const path of paths) if (exists(`${path}${DIVERTED}`) && !exists(path)) renameSync(`${path}${DIVERTED}`, path);
}

const hasDpkg = (root) => existsSync(join(root, 'var/lib/dpkg/status'));

function divert(command, root) {
  const { status, stderr, error } = spawnSync('sh', [DIVERT, command, root], { encoding: 'utf8' });
  if (status === 0) return;
  throw new Problem(
    `Cannot divert the files of packages in ${root}: ${error?.message ?? stderr.trim()}`,
    'dpkg-divert has to be there, and be called as root.',
  );
}
