/**
 * Probes: how `ready` and `check` find out whether a service answers. A job file names them with variables, which are expanded
 * for each instance; only then are addresses complete.
 */

/** As the job file has it. */
export type Probe =
  /** `PORT` or `HOST:PORT`. */
  | { kind: 'tcp'; address: string }
  | { kind: 'unix'; path: string }
  /** The statuses from `lowest` to `highest` are good. */
  | { kind: 'http'; url: string; lowest: number; highest: number };

/** A probe of an instance, ready to be tried. */
export type ProbeTarget =
  | { kind: 'tcp'; host: string; port: number }
  | { kind: 'unix'; path: string }
  /** `host` is what to connect to, `authority` what the request names. */
  | {
      kind: 'http';
      host: string;
      port: number;
      authority: string;
      path: string;
      lowest: number;
      highest: number;
    };

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
export function probeTarget(probe: Probe): ProbeTarget | string {
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

function httpTarget({ url, lowest, highest }: Extract<Probe, { kind: 'http' }>): ProbeTarget | string {
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
  return { kind: 'http', host, port, authority, path, lowest, highest };
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

/** `127.0.0.1:5432`, `/run/web.sock`, `http://localhost/healthz`: the address of a probe as users know it. */
export function probeAddress(probe: Probe): string {
  if (probe.kind === 'unix') return probe.path;
  if (probe.kind === 'http') return probe.url;
  return probe.address.includes(':') ? probe.address : `${LOCAL_HOST}:${probe.address}`;
}

/** The text in a probe that may hold variables. */
export function probeText(probe: Probe): string {
  if (probe.kind === 'unix') return probe.path;
  return probe.kind === 'http' ? probe.url : probe.address;
}

/** The probe with another text, in which variables have been expanded. */
export function withProbeText(probe: Probe, text: string): Probe {
  if (probe.kind === 'unix') return { ...probe, path: text };
  return probe.kind === 'http' ? { ...probe, url: text } : { ...probe, address: text };
}
