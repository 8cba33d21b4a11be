// What is installed where, as tables. Paths are those of the installed system.
import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { VIM_FILES } from '../editors.mjs';
import { BIN, DIST, LIB, ROOT } from '../layout.mjs';
import { manualNames, manualPlace } from '../manuals.mjs';
import { COMPLETED, SYSTEM_TOOLS } from '../targets.mjs';

/** Programs that people call, who may not have sbin on their PATH. */
const FOR_PEOPLE = ['upstart', 'initctl'];

/** Where zsh looks: Debian's into vendor-completions below /usr, others into site-functions. */
const OF_ZSH = ['zsh/site-functions', 'zsh/vendor-completions'];

/** The places of the completions of each shell, below PREFIX/share. bash and fish look for the name of the program. */
const completionPlaces = (programs, asInit) => ({
  'upstart.bash': programs.map((program) => `bash-completion/completions/${program}`),
  // `status` is a command of fish itself, whose own completion this would hide.
  'upstart.fish': programs
    .filter((program) => program !== 'status')
    .map((program) => `fish/vendor_completions.d/${program}.fish`),
  _upstart: OF_ZSH.map((folder) => `${folder}/_upstart`),
  '_upstart-init': asInit ? OF_ZSH.map((folder) => `${folder}/_upstart-init`) : [],
});

/** Manual pages that describe the machine's init and its programs, which another init has as well. */
const OF_SYSTEM = ['inittab.5', 'runlevel.7', ...SYSTEM_TOOLS.map((name) => `${name}.8`)];

/** What an init has besides its programs. */
const OF_INIT = [
  { from: join(LIB, 'upstart-job'), to: '/usr/lib/init/upstart-job' },
  { from: join(ROOT, 'packages/ctl/sysv/apparmor-profile-load'), to: '/usr/lib/init/apparmor-profile-load' },
  { from: join(ROOT, 'packages/ctl/sysv/network/if-up'), to: '/etc/network/if-up.d/upstart', conf: true },
  { from: join(ROOT, 'packages/ctl/sysv/network/if-down'), to: '/etc/network/if-down.d/upstart', conf: true },
  { from: join(ROOT, 'packages/ctl/sysv/init-functions'), to: '/usr/lib/lsb/init-functions.d/50-upstart' },
  { from: join(ROOT, 'packages/daemon/logrotate/upstart'), to: '/etc/logrotate.d/upstart', conf: true },
  { from: join(ROOT, 'packages/dbus/policy/Upstart.conf'), to: '/etc/dbus-1/system.d/Upstart.conf', conf: true },
];
const JOBS = join(ROOT, 'packages/daemon/jobs');
/** For logs of jobs, and for jobs of sessions. */
export const FOLDERS_OF_INIT = ['/var/log/upstart', '/usr/share/upstart/sessions'];

/**
 * A file to install at `to`: a copy of `from`, or a link that leads to `link`. `conf`: an administrator's changes stay.
 * @typedef {{ to: string, from: string, link?: undefined, conf?: boolean } | { to: string, link: string, from?: undefined, conf?: undefined }} Row
 */

/**
 * What is to be installed. `root` is looked at, but nothing is changed.
 * @param {{ root: string, prefix: string, node: string, asInit: boolean }} options
 * @returns {Row[]}
 */
export function contents({ root, prefix, node, asInit }) {
  const programs = listing(BIN).filter((name) => asInit || !SYSTEM_TOOLS.includes(name));
  const completed = COMPLETED.filter((name) => programs.includes(name));
  const rows = [
    ...programs.map((name) => ({ from: join(BIN, name), to: join(prefix, 'sbin', name) })),
    ...FOR_PEOPLE.map((name) => ({ link: `../sbin/${name}`, to: join(prefix, 'bin', name) })),
    ...listing(LIB).map((name) => ({ from: join(LIB, name), to: join(prefix, 'lib/upstart', name) })),
    ...Object.entries(completionPlaces(completed, asInit)).flatMap(([file, places]) =>
      places.map((place) => ({
        from: join(DIST, 'completions', file),
        to: join(prefix, 'share', place),
      })),
    ),
    ...manualNames()
      .filter((name) => asInit || !OF_SYSTEM.includes(name))
      .map((name) => ({ from: join(DIST, manualPlace(name)), to: join(prefix, manualPlace(name)) })),
    ...VIM_FILES.map((name) => ({
      from: join(DIST, 'editors', name),
      to: join(prefix, 'share/vim/vimfiles', name.slice('vim/'.length)),
    })),
  ].map((row) => (node && row.to === join(prefix, 'lib/upstart/node') ? { link: node, to: row.to } : row));
  if (!asInit) return rows;
  const jobs = listing(JOBS).map((name) => ({ from: join(JOBS, name), to: `/etc/init/${name}`, conf: true }));
  const installed = [...rows, ...OF_INIT, ...jobs];
  return [...installed, ...besideUsr(installed, { root, prefix })];
}

/**
 * Links in /lib and /sbin to what is installed below /usr, for systems where these are folders of their own. Where they are links
 * there must not be a folder of that name here: unpacked, it would take the link's place, and the machine would not boot.
 */
function besideUsr(rows, { root, prefix }) {
  const needed = [
    ...(isFolder(root, '/lib') ? rows.filter(({ to }) => /^\/usr\/lib\/(init|lsb)\//.test(to)) : []),
    ...(isFolder(root, '/sbin') && prefix === '/usr' ? rows.filter(({ to }) => to.startsWith('/usr/sbin/')) : []),
  ];
  return needed.map(({ to }) => {
    const place = to.slice('/usr'.length);
    return { link: relative(dirname(place), to), to: place };
  });
}

const isFolder = (root, path) => lstatSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Without what an interrupted build left behind. */
const listing = (folder) => readdirSync(folder).filter((name) => !name.endsWith('.new'));
