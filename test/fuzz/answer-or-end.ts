/** What a client of a fuzzer waits for. */
import type { Socket } from 'node:net';

/** The server answers, or ends the connection. A reset is an end: it comes if the server has left something unread. */
export function answerOrEnd(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('data', () => resolve());
    socket.once('close', () => resolve());
  });
}
