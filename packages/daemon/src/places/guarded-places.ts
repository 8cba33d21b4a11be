/** The files and folders that an init needs, and how to recreate them. */
import { dirname, join } from 'node:path';
import { CONTROL_SOCKET, type InitIdentity, readOwner } from '@upstart/protocol';
import type { Guarded, GuardedPart } from './guard.ts';
import type { Places } from './places.ts';
import { mendFolder } from './run-folder.ts';
import { isAnnounced, writeSessionFile } from './session-file.ts';

/** The control sockets. */
interface Sockets {
  isThere(): boolean;
  listen(): Promise<void>;
}

export function guardedPlaces(places: Places, init: InitIdentity, sockets: Sockets, look: Guarded['look']): Guarded {
  const { runtimeDir, sessionFile, sessionAddress } = places;
  const parts: GuardedPart[] = [
    { path: join(runtimeDir, CONTROL_SOCKET), isThere: () => sockets.isThere(), make: () => sockets.listen() },
  ];
  const folders = [runtimeDir];
  if (sessionAddress !== null) {
    parts.unshift({
      path: runtimeDir,
      isThere: () => readOwner(runtimeDir) !== null,
      make: () => mendFolder(runtimeDir, init, places),
    });
  }
  if (sessionAddress === null || sessionFile === null) return { parts, folders, root: dirname(runtimeDir), look };
  parts.push({
    path: sessionFile,
    isThere: () => isAnnounced(sessionFile, runtimeDir),
    make: () => writeSessionFile(sessionFile, runtimeDir),
  });
  const userFolder = dirname(dirname(sessionFile));
  folders.push(userFolder, dirname(sessionFile));
  return { parts, folders, root: dirname(userFolder), look };
}
