/** The source `local`: lines that programs write into a Unix socket become events (reference: bridges §8). */
import { dirname, join } from 'node:path';
import type { Options } from '@upstart/common';
import type { Source } from '../../source.ts';
import { type LocalOptions, LocalSource } from './local-source.ts';

const PROGRAM = 'upstart-local-bridge';
/** Bytes of a socket's path at most, its end included. */
const MAX_PATH = 108;

export const local: Source = {
  name: 'local',
  isMine: (name, { event }) => name === event,
  check: (options) => void readOptions(options),
  start: (context) => new LocalSource(context, readOptions(context.options)).begin(),
};

/** Throws the texts of the original, for what is missing or wrong. */
function readOptions({ event, path, 'any-user': anyUser }: Options): LocalOptions {
  if (typeof event !== 'string') throw new Error('Must specify event name');
  if (typeof path !== 'string') throw new Error('Must specify socket path');
  const fault = !/^[/@]/.test(path) ? 'Invalid path' : Buffer.byteLength(path) >= MAX_PATH ? 'Path too long' : null;
  if (fault !== null) throw new Error(`${fault} ${path}\n${PROGRAM}: Failed to create socket unix:${path}`);
  return { event, path, anyUser: anyUser === true, program: join(dirname(process.argv[1] as string), 'peer-door') };
}
