/** Whether the parts of this installation are all there, and of one version. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '@upstart/common';
import { type Check, type Finding, ok, problem } from './finding.ts';

/** Beside the libraries: where programs are installed, and where they are built. */
const PROGRAM_FOLDERS = ['../../sbin', '../../bin'];
const PROGRAMS = ['upstart', 'initctl'];
/** What init runs or loads, in the folder of the libraries. */
const HELPERS = ['logger', 'conf-watch', 'unconnected-socket', 'peer-door', 'unix-datagram'];
const LIBRARIES = [
  'core.js',
  'daemon.js',
  'daemon-main.js',
  'commands.js',
  'ctl.js',
  'ctl.cjs',
  'convert.cjs',
  'dbus.cjs',
  'log-shipper.js',
  'probes.cjs',
  'return-memory.node',
];
const AGAIN = 'install the package again, or run npm run install-system';

export const parts: Check = {
  name: 'parts',
  run({ lib }) {
    const found = [
      ...PROGRAMS.flatMap((name) => programTrouble(lib, name)),
      ...HELPERS.flatMap((name) => (isExecutable(join(lib, name)) ? [] : [missing(join(lib, name))])),
      ...LIBRARIES.flatMap((name) => (existsSync(join(lib, name)) ? [] : [missing(join(lib, name))])),
    ];
    return found.length > 0 ? found : [ok(`programs, libraries and helpers are there, of version ${VERSION}`)];
  },
};

function programTrouble(lib: string, name: string): Finding[] {
  const path = PROGRAM_FOLDERS.map((folder) => join(lib, folder, name)).find(isExecutable);
  if (path === undefined) return [missing(join(lib, PROGRAM_FOLDERS[0] as string, name))];
  const version = /\(upstart ([^)]+)\)/.exec(said(path, lib))?.[1];
  if (version === VERSION) return [];
  return [
    problem(
      `${path} is ${version === undefined ? 'broken' : `of version ${version}`}, the rest of version ${VERSION}`,
      AGAIN,
    ),
  ];
}

/** A program may take so many milliseconds: a check must end, whatever it looks at. */
const PROGRAM_TIMEOUT_MS = 30_000;

/** The version text of a program; empty if it cannot be run, fails, or takes too long. It asks no init, which may be of another version or dead. */
function said(program: string, lib: string): string {
  const { status, stdout } = spawnSync(program, ['--version'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, UPSTART_SYSTEM_SOCKET_DIR: lib },
    timeout: PROGRAM_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  return status === 0 ? stdout : '';
}

const missing = (path: string): Finding => problem(`${path} is missing`, AGAIN);

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
