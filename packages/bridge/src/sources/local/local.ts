/**
 * The source `local`: lines that programs write into a socket (reference: bridges §8). Its options are those of the original. It does not
 * run: each event names the user of the client, and only the kernel's answer about the socket, which Node does not ask for, can be trusted.
 */
import type { RunningSource, Source } from '../../source.ts';

const PROGRAM = 'upstart-local-bridge';
/** Bytes of a socket's path at most, its end included. */
const MAX_PATH = 108;

export const local: Source = {
  name: 'local',
  isMine: () => false,
  prepare({ options: { event, path } }) {
    if (typeof event !== 'string') throw new Error('Must specify event name');
    if (typeof path !== 'string') throw new Error('Must specify socket path');
    const fault = !/^[/@]/.test(path) ? 'Invalid path' : Buffer.byteLength(path) >= MAX_PATH ? 'Path too long' : null;
    if (fault !== null) throw new Error(`${fault} ${path}\n${PROGRAM}: Failed to create socket unix:${path}`);
    throw new Error('This version has no local bridge: it cannot tell who is at the other end of a socket');
  },
  start: (): RunningSource => {
    throw new Error('This version has no local bridge');
  },
};
