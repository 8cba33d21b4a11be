/** How many connections wait at a listening socket, as the kernel shows it. */
import { readFileSync } from 'node:fs';
import { readSocketName } from '@upstart/common';

/** The length of a sockaddr up to the path of a Unix socket, and where the addresses of the others begin. */
const FAMILY_BYTES = 2;
const INET_AT = 4;
const INET6_AT = 8;

const AF_UNIX = 1;
const AF_INET = 2;

/** States in /proc/net: of a TCP socket that listens, and of a Unix connection that nobody has accepted. */
const LISTENS = '0A';
const NOT_ACCEPTED = '02';

/** The connections, or for UDP the bytes, that nobody has taken. null: the kernel does not show it, as for Unix datagrams. */
export function waitingAt(name: string): number | null {
  const socket = readSocketName(name);
  if (!socket) return null;
  const { type, address } = socket;
  const family = address.readUInt16LE(0);
  try {
    if (family === AF_UNIX) return type === 'stream' ? unixBacklog(address) : null;
    const table = `${type === 'stream' ? 'tcp' : 'udp'}${family === AF_INET ? '' : '6'}`;
    return queued(table, localAddress(address, family === AF_INET ? 1 : 4), type === 'stream' ? LISTENS : null);
  } catch {
    return null;
  }
}

/** As it stands in /proc/net: 32 bits at a time in the machine's order, and the port. */
function localAddress(address: Buffer, words: number): string {
  const from = words === 1 ? INET_AT : INET6_AT;
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
  const parts = Array.from({ length: words }, (_, i) => hex(address.readUInt32LE(from + 4 * i), 8));
  return `${parts.join('')}:${hex(address.readUInt16BE(FAMILY_BYTES), 4)}`;
}

/** The queue for reading of a socket: of one that listens, the connections that are not accepted. */
function queued(table: string, local: string, wanted: string | null): number | null {
  for (const line of readFileSync(`/proc/net/${table}`, 'utf8').split('\n')) {
    const [, at, , state, queues = ''] = line.trim().split(/\s+/);
    if (at === local && (wanted === null || state === wanted)) return Number.parseInt(queues.split(':')[1] ?? '', 16);
  }
  return null;
}

/** Connections that nobody has accepted have the path of the socket and no inode. */
function unixBacklog(address: Buffer): number {
  const path = address.subarray(FAMILY_BYTES).toString();
  const shown = path.startsWith('\0') ? `@${path.slice(1)}` : path.slice(0, -1);
  let count = 0;
  for (const line of readFileSync('/proc/net/unix', 'utf8').split('\n')) {
    const [, state, inode, at] = /^\S+ \S+ \S+ \S+ \S+ (\S+) +(\S+) (.*)$/.exec(line) ?? [];
    if (at === shown && state === NOT_ACCEPTED && inode === '0') count++;
  }
  return count;
}
