/** Which file systems of a machine that goes down are to be unmounted. */
import { readFileSync, readlinkSync } from 'node:fs';

/** The pid namespace that the kernel starts with has this number. */
const MACHINE_PIDS = 'pid:[4026531836]';

/** They hold nothing that would have to be written anywhere, and are needed to the end. */
const WITHOUT_DISK = new Set(
  (
    'autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nsfs proc pstore ramfs ' +
    'rpc_pipefs securityfs selinuxfs sysfs tmpfs tracefs'
  ).split(' '),
);

/**
 * Hands the file systems to `unmount`, the last one mounted first, the root at the end. In a container or another pid namespace
 * nothing is done: its file systems may be those of the machine.
 */
export function unmountAll(unmount: (paths: readonly string[]) => void, machinePids = MACHINE_PIDS): void {
  if (readlinkSync('/proc/self/ns/pid') !== machinePids) return;
  const paths = mountedPaths(readFileSync('/proc/self/mountinfo', 'utf8')).filter((path) => path !== '/');
  unmount([...paths.reverse(), '/']);
}

/** Where there is something to unmount, in the order of the mounts. */
export function mountedPaths(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ', 2);
    const path = before.split(' ')[4];
    const [type = ''] = after.split(' ');
    return path === undefined || WITHOUT_DISK.has(type) ? [] : [unescaped(path)];
  });
}

/** Blanks and others stand as `\040`. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}
