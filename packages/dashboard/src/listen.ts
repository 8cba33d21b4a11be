/** Where the gateway listens. */
import { existsSync, lstatSync, rmSync } from 'node:fs';
import { createConnection, isIP, type Server } from 'node:net';
import { dirname, isAbsolute } from 'node:path';
import { systemErrorText, UsageError } from '@upstart/common';

export type Place =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

const LOOPBACK = '127.0.0.1';
const MAX_PORT = 65_535;

/** `unix:/PATH`, `HOST:PORT`, `[::1]:PORT`, or a port of this machine's loopback. Throws UsageError. */
export function placeOf(text: string): Place {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (!isAbsolute(path))
      throw new UsageError(`--listen takes an absolute path after unix:, not ${path || 'nothing'}`);
    return { kind: 'unix', path };
  }
  const [, bracketed, plain, port = ''] = /^(?:(?:\[([^\]]+)\]|([^:]*)):)?(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  if (port === '' || Number(port) > MAX_PORT || (bracketed !== undefined && isIP(bracketed) !== 6))
    throw new UsageError(`--listen takes unix:PATH, HOST:PORT or PORT, not ${text || 'nothing'}`);
  return { kind: 'tcp', host: host === '' ? LOOPBACK : host, port: Number(port) };
}

export const isLoopback = (host: string): boolean => /^(?:127\.|localhost$|::1$)/.test(host);

/** Resolves when it listens. The socket is its owner's alone from its first moment. */
export async function listen(server: Server, place: Place): Promise<void> {
  if (place.kind === 'unix') await clear(place.path);
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      if (place.kind === 'unix') server.listen(place.path, resolve);
      else server.listen(place.port, place.host, resolve);
      // The file is made by now.
      process.umask(before);
    });
  } catch (error) {
    const where = place.kind === 'unix' ? place.path : `${place.host}:${place.port}`;
    throw new Error(`cannot listen at ${where}: ${systemErrorText(error)}`);
  } finally {
    process.umask(before);
  }
}

/** Removes a socket that a gateway before has left; throws where one still listens, or where there is something else. */
async function clear(path: string): Promise<void> {
  // The kernel's answer to Node would be that it is not permitted.
  if (!existsSync(dirname(path))) throw new Error(`cannot listen at ${path}: there is no such folder`);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`cannot listen at ${path}: there is something else`);
  const isUsed = await new Promise<boolean>((resolve) => {
    const probe = createConnection(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
  if (isUsed) throw new Error(`cannot listen at ${path}: another dashboard does already`);
  rmSync(path, { force: true });
}
