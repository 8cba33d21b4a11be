/** The application as a listener of Node's server. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Body } from './answer.ts';
import type { App } from './app.ts';

export type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function listenerOf(app: App): Listener {
  return async (request, response) => {
    // A reader that has gone is no error.
    request.on('error', () => {});
    response.on('error', () => {});
    const { method = 'GET', url: target = '/', headers } = request;
    // Its end is not that of the connection: a body that is dropped is answered all the same.
    const body = request.iterator({ destroyOnReturn: false });
    const answer = await app({ method, target, headers, body });
    const isUnread = !request.complete;
    if (!response.destroyed)
      response.writeHead(answer.status, { ...answer.headers, ...(isUnread ? { connection: 'close' } : {}) });
    send(response, answer.body);
    // A stream would not end by itself; Node sends nothing of a body here.
    if (method === 'HEAD') response.end();
    // What is left of a body is dropped, as long as a request may take.
    if (isUnread) request.resume();
  };
}

function send(response: ServerResponse, body: Body): void {
  if (typeof body === 'function') body(response);
  else response.end(body);
}
