// The machines that packages are for: the one that Node runs on, whose programs the build makes, and those that a cross compiler of Debian is there for.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compile } from '../compile.mjs';
import { DIST } from '../layout.mjs';
import { Problem } from '../problem.mjs';
import { PROGRAMS } from '../targets.mjs';

/** As Debian calls it. */
const DEBIAN_NAMES = { x64: 'amd64', arm64: 'arm64', arm: 'armhf', ia32: 'i386', ppc64: 'ppc64el', s390x: 's390x' };
/** As images of containers call it: with Go's names. */
const IMAGE_NAMES = { x64: 'amd64', arm64: 'arm64', arm: 'arm', ia32: '386', ppc64: 'ppc64le', s390x: 's390x' };

export const ARCHITECTURE = DEBIAN_NAMES[process.arch] ?? process.arch;
export const IMAGE_ARCHITECTURE = IMAGE_NAMES[process.arch] ?? process.arch;

/**
 * `architecture`: Debian's name. `strip`: the program that makes programs smaller. `from`: the file to take in place of a file of the build.
 * @typedef {{ architecture: string, strip: string, from: (path: string) => string }} Machine
 */

/** @type {Machine} */
export const HERE = { architecture: ARCHITECTURE, strip: 'strip', from: (path) => path };

/** Other machines: the begin of the names of their compiler's programs, and the packages of Debian that have it. */
const CROSS = {
  amd64: { prefix: 'x86_64-linux-gnu-', packages: 'gcc-x86-64-linux-gnu libc6-dev-amd64-cross' },
  arm64: { prefix: 'aarch64-linux-gnu-', packages: 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross' },
};
export const OTHERS = Object.keys(CROSS).filter((name) => name !== ARCHITECTURE);

export function requireCross(architecture) {
  const { prefix, packages } = CROSS[architecture];
  if (spawnSync(`${prefix}gcc`, ['--version'], { stdio: 'ignore' }).status === 0) return;
  throw new Problem(
    `There is no \`${prefix}gcc\`, which compiles for ${architecture}.`,
    `Install it: apt-get install ${packages}`,
  );
}

/**
 * The programs in C are compiled for it; nothing else depends on the machine.
 * @returns {Machine}
 */
export function otherMachine(architecture) {
  const { prefix } = CROSS[architecture];
  const made = new Map();
  for (const program of PROGRAMS) {
    const output = join('.build', architecture, program.output);
    compile({ ...program, output, compiler: `${prefix}gcc` });
    made.set(join(DIST, program.output), join(DIST, output));
  }
  return { architecture, strip: `${prefix}strip`, from: (path) => made.get(path) ?? path };
}
