/** Addresses of buses (D-Bus specification: "Server Addresses"), as lists of sockets. Errors have libdbus's texts. */
import { type UpstartError, upstartError } from '@upstart/protocol';

/** Where the system bus is, unless `DBUS_SYSTEM_BUS_ADDRESS` says otherwise. */
export const SYSTEM_BUS = 'unix:path=/run/dbus/system_bus_socket';

/** A socket on which a bus listens, by the bytes of its name. */
export interface BusSocket {
  readonly kind: 'path' | 'abstract';
  readonly name: Buffer;
}

/** Keys of addresses that say where a server may listen, not where it does. */
const TO_LISTEN = ['runtime', 'dir', 'tmpdir'];

/**
 * What an address names, in the order in which it is tried: sockets, and the reason why one cannot be used. Throws
 * `bus-address-invalid` for what is no address.
 */
export function parseBusAddress(address: string): (BusSocket | UpstartError)[] {
  const parts = address.split(';').filter((part) => part !== '');
  if (parts.length === 0) throw invalid('Empty address');
  return parts.map(parsePart);
}

function parsePart(part: string): BusSocket | UpstartError {
  const colon = part.indexOf(':');
  if (colon < 0) throw invalid('Address does not contain a colon');
  const values = parseValues(part.slice(colon + 1));
  if (part.slice(0, colon) !== 'unix')
    return invalid(`Only addresses like unix:path=/PATH and unix:abstract=NAME are supported, not ${part}`);
  const path = values.get('path');
  const abstract = values.get('abstract');
  if (path && abstract) throw invalid(`Address has both path and abstract: ${part}`);
  if (path) return { kind: 'path', name: path };
  if (abstract) return { kind: 'abstract', name: abstract };
  const other = TO_LISTEN.find((key) => values.has(key));
  return invalid(
    other ? `unix:${other}= says where a bus may listen, not where it does` : `Address has no path: ${part}`,
  );
}

/** The values by their keys. That of `guid`, which names the server, is among them, and not needed. */
function parseValues(text: string): Map<string, Buffer> {
  const values = new Map<string, Buffer>();
  for (const pair of text === '' ? [] : text.split(',')) {
    const equals = pair.indexOf('=');
    if (equals < 1 || equals === pair.length - 1) throw invalid("'=' character not found or has no value following it");
    const key = pair.slice(0, equals);
    if (values.has(key)) throw invalid(`Address has the key ${key} twice`);
    values.set(key, unescapeValue(pair.slice(equals + 1)));
  }
  return values;
}

/** `%xx` is the byte with this number. */
function unescapeValue(value: string): Buffer {
  const [first = '', ...escaped] = value.split('%');
  const parts = escaped.map((part) => {
    if (!/^[0-9a-fA-F]{2}/.test(part))
      throw invalid('In D-Bus address, percent character was not followed by two hex digits');
    const byte = Number.parseInt(part.slice(0, 2), 16);
    if (byte === 0) throw invalid('In D-Bus address, a name contains a NUL');
    return Buffer.concat([Buffer.from([byte]), Buffer.from(part.slice(2))]);
  });
  return Buffer.concat([Buffer.from(first), ...parts]);
}

function invalid(why: string): UpstartError {
  return upstartError('bus-address-invalid', why);
}
