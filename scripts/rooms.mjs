// The rooms of the house: which packages a package may import (the table in docs/architecture.md), and how long a file may be.
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { ROOT } from './layout.mjs';
import { sourceFiles } from './source-files.mjs';

/** By package: the packages that it may import. */
export const MAY_IMPORT = {
  common: [],
  protocol: ['common'],
  'job-language': ['common'],
  daemon: ['common', 'protocol', 'job-language'],
  convert: ['common', 'job-language'],
  'log-reader': ['common'],
  ctl: ['common', 'protocol', 'job-language', 'log-reader'],
  dbus: ['common', 'protocol'],
  timers: ['job-language'],
  bridge: ['common', 'protocol', 'job-language', 'timers', 'dbus', 'cluster'],
  cluster: ['common'],
  'log-shipper': ['common', 'protocol', 'job-language', 'log-reader'],
  dashboard: ['common', 'protocol', 'ctl'],
};

/** Files that import more packages than their own may, with those. */
const EXCEPTIONS = new Map([
  // The start-up snapshot has the commands in it.
  ['packages/daemon/src/start-up/snapshot.ts', ['ctl']],
  // Completions and manual pages are for the options of init and of bridges, too.
  ['packages/ctl/src/completions/rows.ts', ['daemon', 'bridge']],
  ['packages/ctl/src/manuals/tables.ts', ['daemon', 'bridge', 'cluster']],
  // Loads the gateway when the first D-Bus client comes.
  ['packages/daemon/src/dbus/load.ts', ['dbus']],
  // The addresses of buses: a daemon that finds no bus does not load the gateway.
  ['packages/daemon/src/dbus/bus.ts', ['dbus']],
  // When timers are due: loaded for the first question about them.
  ['packages/daemon/src/timers/next-turns.ts', ['timers']],
  // Loads the client of buses when a command goes over one.
  ['packages/ctl/src/bus/load.ts', ['dbus']],
  // Loads the translations when a command needs them.
  ['packages/ctl/src/convert/load.ts', ['convert']],
  ['packages/ctl/src/convert/installed-convert.ts', ['convert']],
  // Loads the way to other machines when a command goes there.
  ['packages/ctl/src/cluster/load.ts', ['cluster']],
  ['packages/ctl/src/cluster/installed-cluster.ts', ['cluster']],
]);

/** Lines of a file at most, tests included. */
export const MAX_LINES = 300;

/** Tests that are tables, call by call, and longer. */
const TABLES = ['test/control/dbus-objects.test.ts'];

const PACKAGE = /^packages\/([^/]+)\//;
const CODE = /\.ts$/;
const TEST = /\.test\.ts$/;
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g;

/** Complains of each import of a package that may not be imported, and of each file that is too long. Returns whether there is none. */
export function areRoomsInOrder() {
  const complaints = sourceFiles()
    .filter((path) => CODE.test(path))
    .flatMap((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      const imports = TEST.test(path) ? [] : complaintsAboutImports(path, text);
      return [...imports, ...complaintsAboutLength(path, text)];
    });
  for (const complaint of complaints) console.error(complaint);
  return complaints.length === 0;
}

/** Imports of the file `path`, whose text is `text`, that the table does not allow. */
export function complaintsAboutImports(path, text) {
  const own = PACKAGE.exec(path)?.[1];
  if (own === undefined || !(own in MAY_IMPORT)) return [];
  return [...text.matchAll(IMPORT)].flatMap(([, name]) => {
    const other = packageOf(path, name);
    if (other === undefined || other === own || MAY_IMPORT[own].includes(other)) return [];
    if (EXCEPTIONS.get(path)?.includes(other)) return [];
    return [`${path}: packages/${own} may not import packages/${other} (scripts/rooms.mjs)`];
  });
}

/** The package of this repository that the import `name` in the file `path` leads to; undefined: none. */
function packageOf(path, name) {
  if (name.startsWith('@upstart/')) return name.split('/')[1];
  return name.startsWith('.') ? PACKAGE.exec(normalize(join(dirname(path), name)))?.[1] : undefined;
}

export function complaintsAboutLength(path, text) {
  const lines = text.split('\n').length - 1;
  if (lines <= MAX_LINES || TABLES.includes(path)) return [];
  return [`${path}: ${lines} lines; a file has at most ${MAX_LINES}, unless it is a table (scripts/rooms.mjs)`];
}
