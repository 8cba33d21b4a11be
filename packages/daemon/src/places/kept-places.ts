/**
 * The places of an init are chosen once. The supervisor keeps them as its note for the next daemon, which uses them even if folders, modes
 * or the environment have changed.
 */
import type { InitIdentity } from '@upstart/protocol';
import type { Log } from '../log/log.ts';
import { LIMITS } from '../supervisor/frame-table.ts';
import type { Places } from './places.ts';
import { isForeign, mendFolder } from './run-folder.ts';

/** The note for these places; null if there are more folders than fit: each daemon then chooses its places again. */
export function placesNote(places: Places): string | null {
  const text = JSON.stringify(places);
  return Buffer.byteLength(text) > LIMITS.NOTE_MAX ? null : text;
}

/** The places of the previous daemon; null when there are none, or new ones have to be chosen. */
export function keptPlaces(note: string, init: InitIdentity, log: Pick<Log, 'write'>): Places | null {
  const places = readNote(note);
  if (places?.sessionAddress == null) return places;
  const { runtimeDir } = places;
  if (isForeign(runtimeDir)) {
    log.write(
      'error',
      `${runtimeDir}: This folder of the session belongs to somebody else by now; another one is used`,
    );
    return null;
  }
  try {
    mendFolder(runtimeDir, init, places);
  } catch {
    // The folder is made with the sockets, as soon as possible.
  }
  return places;
}

function readNote(note: string): Places | null {
  try {
    const places = JSON.parse(note);
    return isPlaces(places) ? places : null;
  } catch {
    return null;
  }
}

/** Another version may have written it. */
function isPlaces(value: unknown): value is Places {
  if (typeof value !== 'object' || value === null) return false;
  const { sources, logDir, runtimeDir, sessionFile, sessionAddress } = value as Record<keyof Places, unknown>;
  const isTextOrNull = (text: unknown) => text === null || typeof text === 'string';
  return (
    Array.isArray(sources) &&
    sources.every((source) => typeof source === 'string') &&
    typeof logDir === 'string' &&
    typeof runtimeDir === 'string' &&
    isTextOrNull(sessionFile) &&
    isTextOrNull(sessionAddress)
  );
}
