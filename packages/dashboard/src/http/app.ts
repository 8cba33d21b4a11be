/** The application: guards, the routes of the API, and the page. */
import type { Gateway } from '../gateway.ts';
import { METRICS_PATH, metrics } from '../routes/metrics.ts';
import type { Route } from '../routes/route.ts';
import { Answer, type Asked, headerOf, jsonAnswer } from './answer.ts';
import { jsonOf } from './body.ts';
import { checkHost, checkSite, cookieValue, type Door, hasToken, isSame, SAFE_HEADERS } from './guards.ts';
import { API, openApi } from './openapi.ts';
import type { Page } from './page.ts';
import { type PathMatch, pathMatch, segmentsOf } from './paths.ts';
import { ProblemError, problemAnswer, problemOf } from './problem.ts';
import { queryOf } from './url-text.ts';

export interface AppParts {
  readonly gateway: Gateway;
  /** The gateway of another init, which is below `/init/NAME`; null: there is none of that name. */
  other?(name: string): Gateway | null;
  readonly routes: readonly Route[];
  readonly door: Door;
  readonly page: Page;
}

/** Answers a request, also what is wrong with it. */
export type App = (asked: Asked) => Promise<Answer>;

/** What is asked, taken apart. */
interface Question extends Asked {
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly gateway: Gateway;
}

type Handler = (question: Question, names: Record<string, string>) => Answer | Promise<Answer>;
interface Place {
  readonly method: string;
  readonly match: PathMatch;
  readonly answer: Handler;
}

/** Paths of the API, of this init and of others. */
const OF_API = /^(?:\/init\/[^/]*)?\/api\//;
/** Of another init: its name, and the path there. */
const OF_INIT = /^\/init\/([^/]+)(\/(?:api\/.*)?)$/;
/** Proxies may name the whole URL. */
const ORIGIN = /^https?:\/\/[^/?#]*/i;

export function makeApp({ gateway: first, other = () => null, routes, door, page }: AppParts): App {
  const own = (method: string, path: string, answer: Handler): Place => ({ method, match: pathMatch(path), answer });
  const places = [
    ...routes.map((route) => own(route.method.toUpperCase(), `${API}${route.path}`, handlerOf(route))),
    own('GET', `${API}/openapi.json`, () => jsonAnswer(openApi(routes, first.version))),
  ];
  const gatewayOf = (name: string | undefined): Gateway => {
    const found = name === undefined ? first : other(name);
    if (found === null) throw new ProblemError(404, 'not-found', 'There is no such init');
    return found;
  };
  const routed = async (question: Omit<Question, 'gateway'>): Promise<Answer> => {
    const { method, headers } = question;
    const [, name, rest] = OF_INIT.exec(question.path) ?? [];
    const path = rest ?? question.path;
    const gateway = gatewayOf(name);
    if (path.startsWith(`${API}/`)) {
      const segments = segmentsOf(path);
      for (const place of places) {
        const names = place.method === method ? place.match(segments) : null;
        if (names !== null) return place.answer({ ...question, gateway }, names);
      }
      throw new ProblemError(404, 'not-found', 'There is no such route with this method');
    }
    if (path === METRICS_PATH && method === 'GET') return metrics(first, headerOf(headers, 'accept'));
    const found = method === 'GET' ? page(path, headers) : null;
    if (found === null) throw new ProblemError(404, 'not-found', 'Not found');
    return found;
  };
  const guarded = async (asked: Asked): Promise<Answer> => {
    const { headers, target } = asked;
    // Without a body, and otherwise the same: the listener sends none.
    const method = asked.method === 'HEAD' ? 'GET' : asked.method;
    const [path = '/', ...rest] = target.replace(ORIGIN, '').split('?');
    const query = queryOf(rest.join('?'));
    checkHost(headers.host, door);
    checkSite(headers, { isPage: !OF_API.test(path), isChange: method !== 'GET' });
    const given = query.get('token');
    if (door.token !== null && path === '/' && given !== undefined && isSame(given, door.token))
      return entered(door.token);
    if (!hasToken(headers, door))
      throw new ProblemError(401, 'token-required', 'Open the URL that `upstart dashboard` has printed');
    return routed({ ...asked, method, path, query });
  };
  /** Away from the URL, which browsers remember and show. */
  const entered = (token: string): Answer => {
    const cookie = `${door.cookie}=${cookieValue(token)}; Path=/; HttpOnly; SameSite=Strict`;
    return new Answer(null, {
      ...{ status: 303, headers: { location: '/', 'set-cookie': cookie, 'cache-control': 'no-store' } },
    });
  };
  return async (asked) => {
    try {
      return (await guarded(asked)).with(SAFE_HEADERS);
    } catch (error) {
      return problemAnswer(problemOf(error)).with(SAFE_HEADERS);
    }
  };
}

function handlerOf(route: Route): Handler {
  return async ({ query: given, headers, body: bytes, gateway }, path) => {
    const query = route.query.check(Object.fromEntries(given), 'query');
    if (route.isChange === true && gateway.isReadOnly)
      throw new ProblemError(403, 'read-only', 'This gateway changes nothing: it was started with --read-only');
    const body = route.body?.check(await jsonOf(headers, bytes), 'body');
    const lastEventId = headerOf(headers, 'last-event-id');
    const answer = await route.run({ path, query: query as never, body, lastEventId, gateway });
    return answer instanceof Answer ? answer : jsonAnswer(answer, { 'cache-control': 'no-store' });
  };
}
