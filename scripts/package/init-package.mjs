// upstart-init, the package for Debian that makes Upstart the machine's init from the next boot on. The init that is installed stays
// installed: its files are diverted, and get their names back when this package is removed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDERS_OF_INIT } from '../install/contents.mjs';
import { ROOT } from '../layout.mjs';
import { OLDEST_NODE } from '../prerequisites.mjs';
import { SYSTEM_TOOLS } from '../targets.mjs';
import { VERSION } from '../version.mjs';
import { OVERRIDE_OF_MODULE, ofMachine } from './contents.mjs';

const DESCRIPTION = `event-based init for the machine
 Job files say on which events a service starts and stops; initctl, start,
 stop and status talk to the init that runs them. This is a new implementation
 of what Upstart 1.13.2 does: existing job files keep working, and the init
 scripts of the distribution run beside them.
 .
 With this package Upstart is the first process from the next boot on. The init
 that is installed is kept, and has its place again once this is removed.`;

/** Programs of packages of other inits, and their manual pages. */
const OF_OTHERS = ['init', ...SYSTEM_TOOLS.filter((name) => name !== 'upstart-rc')];
/** The same file has two names where /sbin is a link, and packages have it by either of them. */
const DIVERTED = [
  ...OF_OTHERS.flatMap((name) => [`/sbin/${name}`, `/usr/sbin/${name}`, `/usr/share/man/man8/${name}.8.gz`]),
  '/usr/share/man/man5/inittab.5.gz',
];

const OVERRIDES = `# This is Upstart.\nNAME: package-installs-deprecated-upstart-configuration *\n${OVERRIDE_OF_MODULE}`;

const SCRIPTS = join(ROOT, 'scripts/package/init-scripts');
const script = (name) => readFileSync(join(SCRIPTS, name), 'utf8').replaceAll('@DIVERTED@', DIVERTED.join(' '));

/** @returns {import('./debian.mjs').Package} */
export const initPackage = () => ({
  name: 'upstart-init',
  rows: ofMachine(),
  folders: FOLDERS_OF_INIT,
  control: {
    // From the moment on at which the files are there, a boot needs it.
    'Pre-Depends': `nodejs (>= ${OLDEST_NODE}) | upstart-node (>= ${OLDEST_NODE})`,
    Depends: 'initscripts, mount, sysv-rc',
    Recommends: 'orphan-sysvinit-scripts, udev',
    Suggests: 'dbus, graphviz',
    Provides: `upstart-session (= ${VERSION})`,
    // molly-guard diverts some of the same files.
    Conflicts: 'finit, molly-guard, upstart, upstart-session',
    Replaces: 'upstart-session',
  },
  description: DESCRIPTION,
  scripts: Object.fromEntries(readdirSync(SCRIPTS).map((name) => [name, script(name)])),
  overrides: OVERRIDES,
});
