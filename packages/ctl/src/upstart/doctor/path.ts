/** Whether the commands that people type are those of this installation. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { attempt, type Check, type Finding, ok, warning } from './finding.ts';

/** Those that are in bin, too: not everybody has sbin on the PATH. */
const COMMANDS = ['upstart', 'initctl'];

export const path: Check = {
  name: 'path',
  run({ env, lib }) {
    const folders = (env.PATH ?? '').split(':').filter(isAbsolute);
    const own = realPath(lib);
    const found = COMMANDS.flatMap((name) => look(name, folders, own));
    return found.length > 0 ? found : [ok(`${COMMANDS.join(' and ')} on the PATH are those of this installation`)];
  },
};

function look(name: string, folders: readonly string[], own: string): Finding[] {
  const paths = folders
    .map((folder) => join(folder, name))
    .filter((file) => 'value' in attempt(() => realpathSync(file)));
  const [first] = paths;
  if (first === undefined) return [warning(`${name} is not on the PATH`, `add ${folderOf(own, name)} to PATH`)];
  if (belongsTo(own, first)) return [];
  const ours = paths.find((file) => belongsTo(own, file));
  const advice =
    ours === undefined ? `add ${folderOf(own, name)} to PATH` : `put ${dirname(ours)} before ${dirname(first)} in PATH`;
  return [warning(`${name} on the PATH is ${first}, of another installation`, advice)];
}

/** A program finds its libraries beside its folder; a package for npm has them in a package beside its own. */
function belongsTo(own: string, file: string): boolean {
  const beside = dirname(dirname(realPath(file)));
  return [beside, join(beside, basename(join(own, '../..')))].some(
    (root) => realPath(join(root, 'lib/upstart')) === own,
  );
}

/** Packages for npm have programs in sbin only. */
function folderOf(own: string, name: string): string {
  const folders = ['bin', 'sbin'].map((folder) => join(own, '../..', folder));
  return folders.find((folder) => existsSync(join(folder, name))) ?? (folders[0] as string);
}

function realPath(file: string): string {
  const found = attempt(() => realpathSync(file));
  return 'value' in found ? found.value : file;
}
