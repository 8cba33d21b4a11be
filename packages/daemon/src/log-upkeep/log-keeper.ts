/** Looks after the old files in a folder of logs: compresses them, keeps them within a size, and removes indices without a log. */
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { indexedBy, indexPathOf } from '@upstart/common';
import { compressAll } from './compress.ts';
import { oldLogsIn, stateOf } from './names.ts';
import { takeAway, takeRestAway } from './take-away.ts';
import type { UpkeepSettings } from './upkeep.ts';

/** An index that was written later than that many milliseconds ago is left: its log may have been made just now. */
const YOUNG_MS = 60_000;

/** `say` gets each message with a name, by which the same one is not repeated. Throws what is wrong with the folder. */
export async function keepUp(
  folder: string,
  { compress, totalBytes }: UpkeepSettings,
  say: (key: string, text: string) => void,
): Promise<void> {
  if (stateOf(folder) === null) return;
  takeRestAway(folder);
  if (compress) {
    await compressAll(folder, (path, error) => {
      say(`compress ${path}`, `Unable to compress log file ${path}: ${error.message}`);
    });
  }
  if (totalBytes > 0) keepWithin(folder, totalBytes, say);
  removeIndices(folder);
}

/** Removes the oldest of the old files, whichever log they are of, until all logs together have no more bytes. */
function keepWithin(folder: string, totalBytes: number, say: (key: string, text: string) => void): void {
  const own = readdirSync(folder).filter((name) => /^[^.].*\.log$/s.test(name));
  const old = oldLogsIn(folder).sort((one, other) => Number(one.state.mtimeMs - other.state.mtimeMs));
  let bytes = own.reduce((sum, name) => sum + Number(stateOf(join(folder, name))?.size ?? 0n), 0);
  for (const { state } of old) bytes += Number(state.size);
  for (const { path, state } of old) {
    if (bytes <= totalBytes) return;
    if (!takeAway(path, state.ino)) continue;
    bytes -= Number(state.size);
    say('total', `Removing old log files, ${path} first: all logs have more than ${totalBytes} bytes`);
  }
  if (bytes > totalBytes)
    say('too much', `All logs have ${bytes} bytes, more than ${totalBytes}: no old files are left to remove`);
}

function removeIndices(folder: string): void {
  // Before the logs: an index comes after its log.
  const indices = readdirSync(folder).filter((name) => indexedBy(name) !== null);
  const logs = readdirSync(folder).filter((name) => /^[^.].*\.log(?:[.-]\d.*)?$/s.test(name));
  const inodes = new Set(logs.map((name) => stateOf(join(folder, name))?.ino));
  for (const name of indices) {
    const { log, inode } = indexedBy(name) as { log: string; inode: string };
    const path = indexPathOf(join(folder, basename(log)), BigInt(inode));
    const writtenMs = stateOf(path)?.mtimeMs;
    if (inodes.has(BigInt(inode)) || writtenMs === undefined || Date.now() - Number(writtenMs) < YOUNG_MS) continue;
    rmSync(path, { force: true });
  }
}
