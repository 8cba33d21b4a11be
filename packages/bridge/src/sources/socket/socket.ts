/** The source `socket`: connections to listening sockets. */
import type { Source } from '../../source.ts';
import { SocketSource } from './socket-source.ts';

export const socket: Source = {
  name: 'socket',
  isMine: (event) => event === 'socket',
  start: (context) => new SocketSource(context).begin(),
};
