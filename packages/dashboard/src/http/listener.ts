/** The application as a listener of Node's server: with hono, and what it needs of Node, loaded with the first request. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { toolPath } from '@upstart/ctl/parts';
import { ROUTES } from '../routes/all.ts';
import { type AppParts, makeApp } from './app.ts';
import { pageFrom } from './page.ts';

export type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function makeListener(parts: Omit<AppParts, 'routes' | 'page'>): Listener {
  const app = makeApp({ ...parts, routes: ROUTES, page: pageFrom(toolPath) });
  return getRequestListener(app.fetch, { hostname: 'localhost', overrideGlobalObjects: false }) as Listener;
}
