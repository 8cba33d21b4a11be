/** Old logs are compressed while a job writes and the daemon is killed: no line is lost, doubled or out of order. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

const KEPT = 200;

/** The number of an old file; the log itself is the youngest. */
const numberOf = (name: string): number => Number(/\.log\.(\d+)/.exec(name)?.[1] ?? 0);

/** The log and its old files, by name, with their inodes. */
function filesIn(folder: string): Map<string, number | undefined> {
  const names = readdirSync(folder).filter((name) => name.startsWith('chatty.log'));
  return new Map(names.map((name) => [name, statSync(join(folder, name), { throwIfNoEntry: false })?.ino]));
}

/** Nothing of a file that was renamed meanwhile. */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

test('compresses rotated logs, through kills of the daemon', async () => {
  const options = ['--log-rotate-size', '20K', `--log-rotate-keep=${KEPT}`, '--log-rotate-compress'];
  const session = await Session.start({
    jobs: { chatty: 'script\ni=0; while :; do i=$((i + 1)); echo $i; done\nend script\n' },
    options,
  });
  onTestFinished(() => session.kill());
  await session.run('start', 'chatty');
  // The job writes so much that a file is an old one of those that are kept for less than a second.
  const compressed = new Set<number>();
  for (let kill = 1; kill <= 3; kill++) {
    await eventually('more is compressed', () => {
      for (const [name, inode] of filesIn(session.logs)) if (name.endsWith('.gz') && inode) compressed.add(inode);
      return compressed.size >= kill * 3;
    });
    const daemon = session.daemon();
    if (daemon !== null) process.kill(daemon, 'SIGKILL');
  }
  await session.run('stop', 'chatty');
  // What its terminal held may still be written, and rotated: the files are read until they are the same afterwards.
  const { files, contents } = await eventually('all old files are compressed', () => {
    const before = filesIn(session.logs);
    const files = [...before.keys()].sort((one, other) => numberOf(other) - numberOf(one));
    if (!files.every((name) => numberOf(name) === 0 || name.endsWith('.gz'))) return null;
    const contents = files.map((name) => contentOf(join(session.logs, name)));
    return isDeepStrictEqual(filesIn(session.logs), before) && { files, contents };
  });
  expect(new Set(files.map(numberOf)).size).toBe(files.length);
  const texts = contents.map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('latin1'));
  const numbers = texts.join('').split('\r\n').slice(0, -1).map(Number);
  const wrong = numbers.findIndex((number, at) => at > 0 && number !== (numbers[at - 1] as number) + 1);
  expect(wrong < 0 ? 'all in order' : numbers.slice(Math.max(0, wrong - 2), wrong + 3)).toBe('all in order');
});
