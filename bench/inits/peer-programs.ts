/**
 * Where programs of other products are: on the PATH, or below BENCH_PEERS, a folder that packages were unpacked into
 * (`dpkg -x PACKAGE.deb FOLDER`) where they are not to be installed.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const UNPACKED = process.env.BENCH_PEERS ?? '';
const FOLDERS = ['usr/bin', 'usr/sbin', 'bin', 'sbin'].map((folder) => join(UNPACKED, folder));

/** The environment that such programs need. */
export function peerEnvironment(): NodeJS.ProcessEnv {
  if (UNPACKED === '') return { ...process.env };
  const libraries = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'lib/x86_64-linux-gnu', 'lib'];
  return {
    ...process.env,
    PATH: [...FOLDERS, process.env.PATH].join(delimiter),
    LD_LIBRARY_PATH: libraries.map((folder) => join(UNPACKED, folder)).join(delimiter),
    PYTHONPATH: join(UNPACKED, 'usr/lib/python3/dist-packages'),
  };
}

/** The path of a program; null when there is none. */
export function findProgram(name: string): string | null {
  const folders = [
    ...(UNPACKED === '' ? [] : FOLDERS),
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/sbin',
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** Says which of the programs is not there; null when all are. */
export function missingProgram(...names: string[]): string | null {
  const name = names.find((candidate) => findProgram(candidate) === null);
  return name === undefined ? null : `${name} is not installed`;
}
