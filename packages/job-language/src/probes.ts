/**
 * Probes: how `ready` and `check` find out whether a service answers. A job file names them with variables, which are expanded
 * for each instance; only then are addresses complete.
 */

/** Statuses of HTTP, from `lowest` to `highest`. */
export interface StatusRange {
  lowest: number;
  highest: number;
}

/** As the job file has it: a probe that connects to an address. */
export type AddressProbe =
  /** `PORT` or `HOST:PORT`. */
  | { kind: 'tcp'; address: string }
  | { kind: 'unix'; path: string }
  /** A status in a range is good; `more` has the ranges behind the first one. */
  | ({ kind: 'http'; url: string; more?: StatusRange[] } & StatusRange);

export type Probe =
  | AddressProbe
  /** A command that is run as the processes of the job are; good is status 0. */
  | { kind: 'exec'; command: string }
  /** A regular expression that a line of the job's output has to match. */
  | { kind: 'log'; pattern: string };

/** A probe of an instance that connects to an address, ready to be tried. */
export type ProbeTarget =
  | { kind: 'tcp'; host: string; port: number }
  | { kind: 'unix'; path: string }
  /** `host` is what to connect to, `authority` what the request names. */
  | ({
      kind: 'http';
      host: string;
      port: number;
      authority: string;
      path: string;
      more?: StatusRange[];
    } & StatusRange);

/** The host of an address that has only a port. */
export const LOCAL_HOST = 'localhost';

export const ILLEGAL_PORT = 'Illegal address, expected PORT or HOST:PORT with a port from 1 to 65535';
export const ILLEGAL_SOCKET = 'Illegal path, expected one of at most 107 bytes that begins with a slash';
export const ILLEGAL_URL = 'Illegal URL, expected http://HOST[:PORT][/PATH]';
export const NO_TLS = 'Illegal URL, TLS is not spoken: expected http://HOST[:PORT][/PATH]';

/** The longest path of a Unix socket. */
const MAX_SOCKET_PATH = 107;
/** The longest host name and URL that are accepted. */
const MAX_HOST = 255;
const MAX_URL = 2048;

const ADDRESS = /^(?:(?:\[([0-9A-Fa-f:.%\w]+)\]|([A-Za-z0-9._-]+)):)?([0-9]{1,5})$/;
const URL_FORM =
  /^http:\/\/(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?(\/[^\s#]*|\?[^\s#]*)?(?:#.*)?$/i;
const HTTP_PORT = 80;

/** The target of a probe whose variables have been expanded, or what is wrong with it, in words. */
export function probeTarget(probe: AddressProbe): ProbeTarget | string {
  if (probe.kind === 'unix') {
    const { path } = probe;
    const isGood = path.startsWith('/') && Buffer.byteLength(path) <= MAX_SOCKET_PATH && !path.includes('\0');
    return isGood ? { kind: 'unix', path } : ILLEGAL_SOCKET;
  }
  return probe.kind === 'tcp' ? tcpTarget(probe.address) : httpTarget(probe);
}

function tcpTarget(address: string): ProbeTarget | string {
  const [whole, literal, name, digits] = ADDRESS.exec(address) ?? [];
  const host = literal ?? name ?? LOCAL_HOST;
  const port = Number(digits);
  return whole !== undefined && host.length <= MAX_HOST && isPort(port) ? { kind: 'tcp', host, port } : ILLEGAL_PORT;
}

function httpTarget({ url, lowest, highest, more }: Extract<Probe, { kind: 'http' }>): ProbeTarget | string {
  if (/^https:/i.test(url)) return NO_TLS;
  const [whole, literal, name, digits, rest = '/'] = url.length <= MAX_URL ? (URL_FORM.exec(url) ?? []) : [];
  const host = literal ?? name;
  const port = digits === undefined ? HTTP_PORT : Number(digits);
  if (whole === undefined || host === undefined || host.length > MAX_HOST || !isPort(port)) return ILLEGAL_URL;
  // Bytes that no request line may have: a path is plain ASCII, the rest is written with `%`.
  if (!/^[\x21-\x7e]*$/.test(rest)) return ILLEGAL_URL;
  const shown = literal === undefined ? host : `[${literal}]`;
  const authority = port === HTTP_PORT ? shown : `${shown}:${port}`;
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  return { kind: 'http', host, port, authority, path, lowest, highest, ...(more && { more }) };
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

/** `127.0.0.1:5432`, `/run/web.sock`, `http://localhost/healthz`, `redis-cli ping`: what a probe asks, as users know it. */
export function probeAddress(probe: Probe): string {
  switch (probe.kind) {
    case 'tcp':
      return probe.address.includes(':') ? probe.address : `${LOCAL_HOST}:${probe.address}`;
    case 'exec':
      return probe.command;
    case 'log':
      return `/${probe.pattern}/`;
    default:
      return probeText(probe);
  }
}

/** Whether it connects to an address, in which variables are expanded. */
export function hasAddress(probe: Probe): probe is AddressProbe {
  return probe.kind !== 'exec' && probe.kind !== 'log';
}

/** The text in a probe that may hold variables. */
export function probeText(probe: AddressProbe): string {
  if (probe.kind === 'unix') return probe.path;
  return probe.kind === 'http' ? probe.url : probe.address;
}

/** The probe with another text, in which variables have been expanded. */
export function withProbeText(probe: AddressProbe, text: string): AddressProbe {
  if (probe.kind === 'unix') return { ...probe, path: text };
  return probe.kind === 'http' ? { ...probe, url: text } : { ...probe, address: text };
}
