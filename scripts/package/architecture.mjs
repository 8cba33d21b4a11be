// The machine that the build is for, by the name that Debian and images call it.
const DEBIAN_NAMES = { x64: 'amd64', arm64: 'arm64', arm: 'armhf', ia32: 'i386', ppc64: 'ppc64el', s390x: 's390x' };

/** The compiler builds for the machine that Node runs on. */
export const ARCHITECTURE = DEBIAN_NAMES[process.arch] ?? process.arch;
