/** System facilities (`$network` …): names that several scripts provide together. */
import { readFileSync } from 'node:fs';

export type Facilities = ReadonlyMap<string, readonly string[]>;

const CONFIGURATION = '/etc/insserv.conf';

/** Facilities by default: the names that distributions give these scripts. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  $local_fs: ['mountall', 'mountall-bootclean', 'mountoverflowtmp', 'umountfs'],
  $network: ['networking', 'ifupdown', 'network-manager', 'connman'],
  $named: ['named', 'dnsmasq', 'bind9', 'unbound', '$network'],
  $portmap: ['rpcbind', 'portmap'],
  $remote_fs: ['$local_fs', 'mountnfs', 'mountnfs-bootclean', 'umountnfs', 'sendsigs'],
  $syslog: ['rsyslog', 'sysklogd', 'syslog-ng', 'inetutils-syslogd', 'busybox-syslogd'],
  $time: ['hwclock', 'ntp', 'chrony'],
};

/** Reads lines of `$name service… +optional-service…`; later lines for a name add to it. */
export function parseFacilities(text: string): Facilities {
  const facilities = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [name, ...services] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (!name?.startsWith('$')) continue;
    facilities.set(name, [...(facilities.get(name) ?? []), ...services.map((service) => service.replace(/^\+/, ''))]);
  }
  return facilities;
}

export function readFacilities(path = CONFIGURATION): Facilities {
  try {
    return parseFacilities(readFileSync(path, 'utf8'));
  } catch {
    return new Map(Object.entries(USUAL));
  }
}

/** The services that a name stands for: itself, or all those of a facility. */
export function servicesOf(name: string, facilities: Facilities, seen: ReadonlySet<string> = new Set()): string[] {
  if (!name.startsWith('$')) return [name];
  if (seen.has(name)) return [];
  const inner = new Set([...seen, name]);
  return [name, ...(facilities.get(name) ?? []).flatMap((service) => servicesOf(service, facilities, inner))];
}
