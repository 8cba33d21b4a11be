/** Why a machine cannot be booted here. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MACHINE = { debootstrap: 'debootstrap', mke2fs: 'e2fsprogs', 'qemu-system-x86_64': 'qemu-system-x86' };
const PACKAGE = { ...MACHINE, 'dpkg-deb': 'dpkg' };

/** The programs that each kind of guest calls, and the packages of Debian that contain them. */
const PROGRAMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  namespaces: { debootstrap: 'debootstrap', nsenter: 'util-linux', unshare: 'util-linux', perl: 'perl-base' },
  services: { debootstrap: 'debootstrap', nsenter: 'util-linux', unshare: 'util-linux', perl: 'perl-base' },
  machine: MACHINE,
  package: PACKAGE,
  'package-systemd': PACKAGE,
  'package-runit': PACKAGE,
};
export const KINDS = Object.keys(PROGRAMS);

/** Null when nothing is missing. */
export function whyNot(kind: string): string | null {
  if (process.getuid?.() !== 0) return 'not root';
  if (process.arch !== 'x64') return `no kernel for ${process.arch} is prepared`;
  if (!isDebian()) return 'not a Debian';
  const missing = Object.entries(PROGRAMS[kind] ?? {}).find(([program]) => !isThere(program));
  return missing ? `no ${missing[0]}: apt-get install ${missing[1]}` : null;
}

function isDebian(): boolean {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function isThere(program: string): boolean {
  return ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
