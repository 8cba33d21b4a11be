/** The application: guards, the routes of the API, and the page. */
import { Hono } from 'hono';
import type { Gateway } from '../gateway.ts';
import { MAX_BODY_BYTES } from '../limits.ts';
import { METRICS_PATH, metrics } from '../routes/metrics.ts';
import type { Route } from '../routes/route.ts';
import { checkHost, checkSite, cookieValue, type Door, hasToken, isSame, SAFE_HEADERS } from './guards.ts';
import { API, openApi } from './openapi.ts';
import type { Page } from './page.ts';
import { ProblemError, problemOf, problemResponse } from './problem.ts';

export interface AppParts {
  readonly gateway: Gateway;
  /** The gateway of another init, which is below `/init/NAME`; null: there is none of that name. */
  other?(name: string): Gateway | null;
  readonly routes: readonly Route[];
  readonly door: Door;
  readonly page: Page;
}

/** Paths of the API, of this init and of others. */
const OF_API = /^(?:\/init\/[^/]*)?\/api\//;

export function makeApp({ gateway: first, other = () => null, routes, door, page }: AppParts): Hono {
  const app = new Hono();
  app.onError((error) => withSafeHeaders(problemResponse(problemOf(error))));
  app.notFound(() => withSafeHeaders(problemResponse(problemOf(new ProblemError(404, 'not-found', 'Not found')))));
  app.use(async (c, next) => {
    const { method, url, raw } = c.req;
    const { pathname, searchParams } = new URL(url);
    checkHost(raw.headers.get('host') ?? undefined, door);
    const isPage = !OF_API.test(pathname);
    checkSite(raw.headers, { isPage, isChange: method !== 'GET' && method !== 'HEAD' });
    const given = searchParams.get('token');
    if (door.token !== null && pathname === '/' && given !== null && isSame(given, door.token)) {
      // Away from the URL, which browsers remember and show.
      const cookie = `${door.cookie}=${cookieValue(door.token)}; Path=/; HttpOnly; SameSite=Strict`;
      return withSafeHeaders(
        new Response(null, {
          status: 303,
          headers: { location: '/', 'set-cookie': cookie, 'cache-control': 'no-store' },
        }),
      );
    }
    if (!hasToken(raw.headers, door))
      throw new ProblemError(401, 'token-required', 'Open the URL that `upstart dashboard` has printed');
    await next();
    c.res = withSafeHeaders(c.res);
    return undefined;
  });
  const gatewayOf = (name: string | undefined): Gateway => {
    const found = name === undefined ? first : other(name);
    if (found === null) throw new ProblemError(404, 'not-found', 'There is no such init');
    return found;
  };
  for (const route of routes) {
    const path = `${API}${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
    app.on(route.method.toUpperCase(), [path, `/init/:init${path}`], async (c) => {
      const gateway = gatewayOf(c.req.param('init'));
      const query = route.query.check(c.req.query(), 'query');
      if (route.isChange === true && gateway.isReadOnly)
        throw new ProblemError(403, 'read-only', 'This gateway changes nothing: it was started with --read-only');
      const body = route.body?.check(await jsonOf(c.req.raw), 'body');
      const lastEventId = c.req.header('last-event-id') ?? null;
      const answer = await route.run({
        path: c.req.param() as never,
        query: query as never,
        body,
        lastEventId,
        gateway,
      });
      return answer instanceof Response ? answer : c.json(answer as object, 200, { 'cache-control': 'no-store' });
    });
  }
  app.get(`${API}/openapi.json`, (c) => c.json(openApi(routes, first.version)));
  app.all(`${API}/*`, noRoute);
  app.all(`/init/:init${API}/*`, noRoute);
  app.get('/init/:init/', (c) => {
    gatewayOf(c.req.param('init'));
    return page('/', c.req.raw.headers) ?? c.notFound();
  });
  app.get(METRICS_PATH, (c) => metrics(first, c.req.raw.headers.get('accept')));
  app.get('*', (c) => page(new URL(c.req.url).pathname, c.req.raw.headers) ?? c.notFound());
  return app;
}

function noRoute(): never {
  throw new ProblemError(404, 'not-found', 'There is no such route with this method');
}

/** A form of another site cannot send this type without asking first, and is never answered. */
async function jsonOf(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\b/i.test(type))
    throw new ProblemError(415, 'not-json', 'The body has to be JSON, as `Content-Type: application/json` says');
  try {
    return JSON.parse(await textOf(request));
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError(400, 'bad-request', `The body is not JSON: ${(error as Error).message}`);
  }
}

/** The body, which is dropped as soon as it is too long. */
async function textOf({ body, headers }: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const tooLarge = new ProblemError(413, 'body-too-large', `A body has at most ${MAX_BODY_BYTES} bytes`);
  if (Number(headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function withSafeHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(SAFE_HEADERS)) response.headers.set(name, value);
  return response;
}
