/** The operands of conditions that name a socket to listen at (reference: bridges §3.1). */
import { isIPv4, isIPv6 } from 'node:net';
import { MAX_SOCKET_PATH, type SocketAddress, type SocketType, socketName } from './socket-name.ts';

/** A socket that an operand asks for. */
export interface SocketOperand {
  /** Init knows it by this one. */
  readonly name: string;
  /** As users write it: `127.0.0.1:80`, `[::1]:80`, `/run/web.sock`, `@name`. */
  readonly place: string;
  /** The variables of its event, in order. */
  readonly env: readonly string[];
  /** Its file; null: it has none. */
  readonly file: SocketFile | null;
}

/** The file of a Unix socket. */
export interface SocketFile {
  readonly path: string;
  readonly mode: number;
  /** `USER`, `USER:GROUP` or `:GROUP`; null: that of init. */
  readonly owner: string | null;
}

/** An operand that asks for no socket. */
export interface SocketMistake {
  /** As the original says it, without the job. */
  readonly text: string;
  /** Behind the job; '' if there is nothing more to say. */
  readonly error: string;
  /** The word that is wrong; null: one is missing. */
  readonly word: string | null;
}

/** Of a socket's file, unless the operand has another one: as the original makes it for root. */
const DEFAULT_MODE = 0o755;

const ANY = { inet: '0.0.0.0', inet6: '::' } as const;

type Fields = Map<string, string>;

/** Names that have to come first, so that the others mean something. */
const PROTOCOLS = ['inet', 'inet6', 'unix'];

/** By protocol: the names that an operand may have, PROTO aside. The last ones are not in 1.13.2. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  inet: ['PORT', 'ADDR', 'TYPE', 'NAME'],
  inet6: ['PORT', 'ADDR', 'TYPE', 'NAME'],
  unix: ['PATH', 'SOCKET_PATH', 'TYPE', 'NAME', 'MODE', 'OWNER'],
};

const CHECKS: Readonly<Record<string, (value: string, proto: string) => boolean>> = {
  PORT: (value) => /^[0-9]+$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535,
  ADDR: (value, proto) => (proto === 'inet' ? isIPv4(value) : isIPv6(value) && !value.includes('%')),
  TYPE: (value) => value === 'stream' || value === 'dgram',
  MODE: (value) => /^0?[0-7]{3}$/.test(value),
  OWNER: (value) => /^[^\s:]*(:[^\s:]+)?$/.test(value) && value !== '',
  PATH: isSocketPath,
  SOCKET_PATH: isSocketPath,
};

function isSocketPath(value: string): boolean {
  return /^[/@]./.test(value) && Buffer.byteLength(value) < MAX_SOCKET_PATH;
}

/** The socket that an operand with these arguments asks for, or its mistake. */
export function readSocketOperand(args: readonly string[]): SocketOperand | SocketMistake {
  if (args.length === 0)
    return { text: 'Failed to create socket', error: 'Address family not supported by protocol', word: null };
  const fields: Fields = new Map();
  for (const word of args) {
    const mistake = readWord(word, fields);
    if (mistake) return { text: mistake, error: '', word };
  }
  const address = addressOf(fields);
  if (!address) return { text: 'Ignored incomplete socket event', error: '', word: null };
  const type = (fields.get('TYPE') ?? 'stream') as SocketType;
  return {
    name: socketName(type, address),
    place: address.family === 'unix' ? address.path : placeOf(address),
    env: environment(address, fields),
    file: address.family === 'unix' && address.path.startsWith('/') ? fileOf(address.path, fields) : null,
  };
}

/** Puts a word among the fields. Returns what is wrong with it. */
function readWord(word: string, fields: Fields): string | null {
  const equals = word.indexOf('=');
  if (equals < 0) return 'Ignored socket event without variable name';
  const [name, value] = [word.slice(0, equals), word.slice(equals + 1)];
  const proto = fields.get('PROTO');
  if (name === 'PROTO' && !PROTOCOLS.includes(value)) return `Ignored socket event with unknown PROTO=${value}`;
  // A path says which protocol it is.
  const meant = proto ?? (name === 'SOCKET_PATH' ? 'unix' : undefined);
  if (name !== 'PROTO' && !(meant !== undefined && KNOWN[meant]?.includes(name)))
    return `Ignored socket event with unknown variable ${name}`;
  if (CHECKS[name]?.(value, meant ?? '') === false) return `Ignored socket event with invalid ${name}=${value}`;
  if (fields.has(name)) return 'Ignored incomplete socket event';
  if (proto === undefined && meant !== undefined) fields.set('PROTO', meant);
  fields.set(name, value);
  return null;
}

function addressOf(fields: Fields): SocketAddress | null {
  const family = fields.get('PROTO');
  if (family === 'unix') {
    const path = fields.get('SOCKET_PATH') ?? fields.get('PATH');
    return path === undefined ? null : { family, path };
  }
  const port = fields.get('PORT');
  if (port === undefined || (family !== 'inet' && family !== 'inet6')) return null;
  return { family, address: fields.get('ADDR') ?? ANY[family], port: Number(port) };
}

const placeOf = ({ family, address, port }: Exclude<SocketAddress, { family: 'unix' }>): string =>
  family === 'inet' ? `${address}:${port}` : `[${address}]:${port}`;

/** The variables of the original come first, in its order. A value is as the condition has it, so that the two match. */
function environment(address: SocketAddress, fields: Fields): string[] {
  const env = [`PROTO=${address.family}`];
  if (address.family === 'unix') env.push(`SOCKET_PATH=${address.path}`, `PATH=${address.path}`);
  else env.push(`PORT=${fields.get('PORT')}`, `ADDR=${address.address}`);
  for (const [name, value] of fields)
    if (!env.some((entry) => entry.startsWith(`${name}=`))) env.push(`${name}=${value}`);
  return env;
}

function fileOf(path: string, fields: Fields): SocketFile {
  const mode = fields.get('MODE');
  return {
    path,
    mode: mode === undefined ? DEFAULT_MODE : Number.parseInt(mode, 8),
    owner: fields.get('OWNER') ?? null,
  };
}
