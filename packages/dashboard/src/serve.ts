/** The gateway: a server in front of init's protocol, which lives as long as it is wanted and its init lives. */
import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:net';
import { dirname, join } from 'node:path';
import { VERSION } from '@upstart/common';
import { collectMetrics, type DashboardOrder, stateFolder, toolPath } from '@upstart/ctl/parts';
import { controlSocket, hasLiveInit, isSession, SYSTEM_SOCKET_DIR } from '@upstart/protocol';
import { type Gateway, type InitLink, makeGateway } from './gateway.ts';
import { IdleTidying, keepHeapSmall } from './heap.ts';
import { makeApp } from './http/app.ts';
import type { Door } from './http/guards.ts';
import { listenerOf } from './http/listener.ts';
import { pageFrom } from './http/page.ts';
import { Streams } from './http/sse.ts';
import { HEADERS_TIMEOUT_MS, MAX_CONNECTIONS, MAX_HEADER_BYTES, REQUEST_TIMEOUT_MS } from './limits.ts';
import { isLoopback, listen, type Place, placeOf } from './listen.ts';
import { connectTo, type InitPlace, Inits, initPlaces } from './live/inits.ts';
import { ToolQueue } from './live/tool-queue.ts';
import { ROUTES } from './routes/all.ts';
import { tokenIn } from './token.ts';
import { SERVICE } from './varlink/metrics.ts';
import { varlinkServer } from './varlink/server.ts';

const SOCKET = 'dashboard.sock';
const OPENED = 'dashboard-open.html';
/** How often it looks whether its init still lives, in milliseconds. */
const LOOK_MS = 2000;

/** Serves until a signal, or until init has ended. Resolves with the exit status. */
export async function serveDashboard(order: DashboardOrder): Promise<number> {
  keepHeapSmall();
  const control = controlSocket(order.scope, order.env);
  const folder = dirname(control);
  const place = order.listen === null ? { kind: 'unix' as const, path: join(folder, SOCKET) } : placeOf(order.listen);
  const own = { tools: new ToolQueue(), isReadOnly: order.isReadOnly, version: VERSION };
  const gatewayOf = (made: Pick<InitPlace, 'scope' | 'env' | 'control'>, connect: DashboardOrder['connect']): Gateway =>
    makeGateway({
      ...{ ...own, connect, streams: new Streams(), stateFolder: stateFolder(made.scope, made.env) },
      place: { env: made.env, isSession: isSession(made.scope, made.env) },
      inits: () => links(hasOthers ? initPlaces(order.env) : [], control, made.control),
    });
  // A page at an address that other machines reach is of the init alone that it was started for.
  const hasOthers = place.kind === 'unix' || isLoopback(place.host);
  const gateway = gatewayOf({ scope: order.scope, env: order.env, control }, order.connect);
  const others = new Inits(order.env, (found) => gatewayOf(found, () => connectTo(found)));
  // Says at once what is wrong.
  await gateway.client();
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: REQUEST_TIMEOUT_MS,
  });
  server.maxConnections = MAX_CONNECTIONS;
  try {
    await listen(server, place);
  } catch (error) {
    // Its connection would keep this program running.
    gateway.close();
    throw error;
  }
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const token = place.kind === 'unix' ? null : tokenIn(folder);
  const hosts = place.kind === 'unix' ? [] : [place.host.toLowerCase()];
  const door: Door = { hosts, token, cookie: `upstart-${port}` };
  const other = (name: string): Gateway | null => (hasOthers ? others.of(name) : null);
  const answer = listenerOf(makeApp({ gateway, other, door, routes: ROUTES, page: pageFrom(toolPath) }));
  const tidying = new IdleTidying();
  server.on('request', (request, response) => {
    response.on('close', () => tidying.note());
    void answer(request, response);
  });
  const report = folder === SYSTEM_SOCKET_DIR ? await reportServer(gateway, order.warn) : null;
  const ended = untilEnd(control, () => others.dropDead());
  const opened = announce(order, place, { port, token, folder });
  const status = await ended;
  if (status !== 0) order.warn('init has ended');
  gateway.close();
  others.close();
  server.close();
  server.closeAllConnections();
  report?.close();
  if (opened !== null) rmSync(opened, { force: true });
  return status;
}

/** Where systemd-report looks for services that have numbers. */
const REPORT_FOLDER = '/run/systemd/report';

/** Answers systemd-report, where that folder is; null: it is not, or not for this user. */
async function reportServer({ client, stateFolder }: Gateway, warn: (text: string) => void): Promise<Server | null> {
  if (!existsSync(REPORT_FOLDER)) return null;
  const server = varlinkServer(async () => collectMetrics(await client(), stateFolder));
  try {
    await listen(server, { kind: 'unix', path: join(REPORT_FOLDER, SERVICE) });
    return server;
  } catch (error) {
    warn((error as Error).message);
    return null;
  }
}

/** Of the inits that live; the first one is at the top. `here` is that of the page that asks. */
function links(places: readonly InitPlace[], first: string, here: string): InitLink[] {
  return places.map(({ name, title, control }) => ({
    ...{ name, title, path: control === first ? '/' : `/init/${name}/`, isHere: control === here },
  }));
}

/** Resolves with the exit status. `look` is called while its init lives. */
function untilEnd(control: string, look: () => void): Promise<number> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (hasLiveInit(control)) look();
      else finish(1);
    }, LOOK_MS);
    const interrupted = (): void => finish(0);
    const finish = (status: number): void => {
      clearInterval(timer);
      for (const signal of SIGNALS) process.off(signal, interrupted);
      resolve(status);
    };
    for (const signal of SIGNALS) process.on(signal, interrupted);
  });
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Found {
  readonly port: number;
  readonly token: string | null;
  readonly folder: string;
}

/** Says how to reach it, and opens a browser. Returns the path of a file that is to be removed in the end. */
function announce(
  { say, warn, opens, env }: DashboardOrder,
  place: Place,
  { port, token, folder }: Found,
): string | null {
  if (place.kind === 'unix') {
    say(`listening at ${place.path}, for you alone`);
    say(`  curl --unix-socket ${place.path} http://localhost/api/v1/jobs`);
    say('for a browser: `upstart dashboard --listen 8080`, or forward the socket, `ssh -L 8080:SOCKET HOST`');
    return null;
  }
  const host = place.host.includes(':') ? `[${place.host}]` : place.host;
  const url = `http://${host}:${port}/?token=${token}`;
  if (!isLoopback(place.host))
    warn('other machines can connect, and HTTP is not encrypted: put a proxy with TLS in front');
  say(url);
  if (!opens || !(env.DISPLAY || env.WAYLAND_DISPLAY)) return null;
  // Everybody can read command lines: the browser gets a file that leads to the URL.
  const path = join(folder, OPENED);
  try {
    writeFileSync(path, `<!doctype html><meta http-equiv="refresh" content="0;url=${url}">\n`, { mode: 0o600 });
  } catch {
    return null;
  }
  spawn('xdg-open', [path], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
  return path;
}
