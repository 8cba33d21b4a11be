/** The names of listening sockets between init and its clients: the type, and the address as the kernel has it. */

export type SocketType = 'stream' | 'dgram';

/** An address to listen at. `path`: a file, or behind `@` an abstract name. */
export type SocketAddress =
  | { readonly family: 'inet' | 'inet6'; readonly address: string; readonly port: number }
  | { readonly family: 'unix'; readonly path: string };

/** The families by the numbers of Linux. */
const FAMILIES = { unix: 1, inet: 2, inet6: 10 } as const;

/** The most bytes of the path of a Unix socket, with the byte that ends it or begins an abstract name. */
export const MAX_SOCKET_PATH = 108;

/** The family, in front of the address. */
const FAMILY_BYTES = 2;

const NAME = /^(stream|dgram):((?:[0-9a-f]{2}){3,128})$/;

/** The name of a socket. Two sockets that differ in anything have different names. Throws for an address that `isAddress` rejects. */
export function socketName(type: SocketType, address: SocketAddress): string {
  return `${type}:${sockaddr(address).toString('hex')}`;
}

/** The type of a socket and its address as a sockaddr; null: it is no such name. */
export function readSocketName(name: string): { type: SocketType; address: Buffer } | null {
  const [, type, hex] = NAME.exec(name) ?? [];
  if (hex === undefined) return null;
  const address = Buffer.from(hex, 'hex');
  const isKnown = Object.values(FAMILIES).some((family) => family === address.readUInt16LE(0));
  return isKnown ? { type: type as SocketType, address } : null;
}

/** The sockaddr of a Unix socket, at a path or behind `@` at an abstract name; null: it is too long. */
export function unixAddress(path: string): Buffer | null {
  const address = sockaddr({ family: 'unix', path });
  return address.length <= FAMILY_BYTES + MAX_SOCKET_PATH ? address : null;
}

/** A `sockaddr_in`, `sockaddr_in6` or `sockaddr_un` of its exact length: only so is an abstract name found by ordinary clients. */
function sockaddr(address: SocketAddress): Buffer {
  const family = Buffer.alloc(FAMILY_BYTES);
  family.writeUInt16LE(FAMILIES[address.family]);
  if (address.family === 'unix') {
    const isAbstract = address.path.startsWith('@');
    const path = Buffer.from(isAbstract ? `\0${address.path.slice(1)}` : `${address.path}\0`);
    return Buffer.concat([family, path]);
  }
  const port = Buffer.alloc(2);
  port.writeUInt16BE(address.port);
  if (address.family === 'inet')
    return Buffer.concat([family, port, Buffer.from(address.address.split('.').map(Number)), Buffer.alloc(8)]);
  return Buffer.concat([family, port, Buffer.alloc(4), inet6Bytes(address.address), Buffer.alloc(4)]);
}

/** The 16 bytes of an address, with `::` and a dotted end. */
function inet6Bytes(address: string): Buffer {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text = dotted ? `${dotted[1]}${hexPair(dotted[2], dotted[3])}:${hexPair(dotted[4], dotted[5])}` : address;
  const [head = '', tail] = text.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0);
  const bytes = Buffer.alloc(16);
  for (const [i, group] of [...first, ...zeros, ...last].entries()) bytes.writeUInt16BE(group, 2 * i);
  return bytes;
}

const hexPair = (high: string | undefined, low: string | undefined): string =>
  (Number(high) * 256 + Number(low)).toString(16);
