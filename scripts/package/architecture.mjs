// The machine that the build is for. The compiler builds for the machine that Node runs on.

/** As Debian calls it. */
const DEBIAN_NAMES = { x64: 'amd64', arm64: 'arm64', arm: 'armhf', ia32: 'i386', ppc64: 'ppc64el', s390x: 's390x' };
/** As images of containers call it: with Go's names. */
const IMAGE_NAMES = { x64: 'amd64', arm64: 'arm64', arm: 'arm', ia32: '386', ppc64: 'ppc64le', s390x: 's390x' };

export const ARCHITECTURE = DEBIAN_NAMES[process.arch] ?? process.arch;
export const IMAGE_ARCHITECTURE = IMAGE_NAMES[process.arch] ?? process.arch;
