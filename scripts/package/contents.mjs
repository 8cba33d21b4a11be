// Which of the installed files go into which package.
import { basename, extname } from 'node:path';
import { contents } from '../install/contents.mjs';
import { COMPILED, SNAPSHOTS } from '../targets.mjs';

/** Where Debian's package of Node puts it, and images that are made of that. */
const NODE = '/usr/bin/node';

/** An override for lintian: Node loads the module `return-memory.node`, and has the C library that it calls. */
export const OVERRIDE_OF_MODULE = 'NAME: shared-library-lacks-prerequisites *\n';

/** What is unpacked below /usr; `root` is no system: what is in it must not decide about a package. */
const unpacked = (asInit) =>
  contents({ root: '/nonexistent', prefix: '/usr', node: NODE, asInit })
    .filter(({ to }) => !isOfOneNode(basename(to)))
    // A link that is right in an unpacked tree, too.
    .map((row) => (row.link === NODE ? { ...row, link: '../../bin/node' } : row));

/** What an image gets: what `install-system --prefix /usr` installs. */
export const ofImage = () => unpacked(false);

/** Start-up snapshots and compiled programs are good for the Node that made them, and stacks that name their scripts are their own. */
const isOfOneNode = (name) =>
  COMPILED.some(({ output, script }) => name === basename(output) || name === `${basename(script)}.map`) ||
  SNAPSHOTS.some(({ output, script }) => {
    const extension = extname(output);
    const isSnapshot = name.startsWith(`${basename(output, extension)}-`) && name.endsWith(extension);
    return isSnapshot || name === `${basename(script)}.map`;
  });

/** Names of the machine's init that belong to the package of the one that is installed. */
const OF_ANOTHER_INIT = [
  '/usr/sbin/init',
  '/usr/share/bash-completion/completions/init',
  '/usr/share/fish/vendor_completions.d/init.fish',
];
/** zsh of Debian looks into vendor-completions only. */
const ELSEWHERE = '/usr/share/zsh/site-functions/';
/** The manual page of init, whose name is another package's, has the program's name here, which is a link otherwise. */
const PAGE = { init: '/usr/share/man/man8/init.8', upstart: '/usr/share/man/man8/upstart.8' };

/** What upstart-session has: nothing that a package of another init has. */
export const ofSession = () =>
  ofImage()
    .filter(({ to }) => !OF_ANOTHER_INIT.includes(to) && !to.startsWith(ELSEWHERE) && to !== PAGE.upstart)
    .map((row) => (row.to === PAGE.init ? { ...row, to: PAGE.upstart } : row));

const POLICY_OF_MACHINES = '/etc/dbus-1/system.d/';
const POLICY_OF_PACKAGES = '/usr/share/dbus-1/system.d/';

/**
 * What upstart-init has: what `install-system --prefix /usr --as-init` installs.
 * @returns {import('../install/contents.mjs').Row[]}
 */
export const ofMachine = () =>
  unpacked(true)
    .filter(({ to }) => !to.startsWith(ELSEWHERE))
    .map((row) =>
      row.from !== undefined && row.to.startsWith(POLICY_OF_MACHINES)
        ? { to: row.to.replace(POLICY_OF_MACHINES, POLICY_OF_PACKAGES), from: row.from }
        : row,
    );
