/**
 * Which requests are let in: by the name of the host (DNS rebinding), by the site that a browser says they come from (CSRF), and over TCP by
 * the token.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type AskedHeaders, headerOf } from './answer.ts';
import { ProblemError } from './problem.ts';

export interface Door {
  /** Names by which the gateway may be called, besides addresses and localhost. */
  readonly hosts: readonly string[];
  /** null: none is needed, since the socket is the user's alone. */
  readonly token: string | null;
  /** Of the cookie, so that two gateways on one machine do not share it. */
  readonly cookie: string;
}

/** Headers of every answer. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** Throws a problem. An address cannot be a name that somebody else's server of names resolves, so each address is let in. */
export function checkHost(host: string | undefined, { hosts }: Door): void {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(host ?? '') ?? [];
  const name = (bracketed ?? plain ?? '').toLowerCase();
  const isOurs = isIP(name) !== 0 || name === 'localhost' || name === hostname().toLowerCase() || hosts.includes(name);
  if (!isOurs) throw new ProblemError(421, 'wrong-host', 'This gateway does not answer to that name');
}

/** Throws a problem for what another site has a browser do. `isPage`: a page may be led to by a link. */
export function checkSite(headers: AskedHeaders, { isPage, isChange }: { isPage: boolean; isChange: boolean }): void {
  const site = headerOf(headers, 'sec-fetch-site');
  const isNavigation = isPage && !isChange && headerOf(headers, 'sec-fetch-mode') === 'navigate';
  const isStrange = site !== null && site !== 'same-origin' && site !== 'none';
  const origin = headerOf(headers, 'origin');
  const isOtherOrigin = origin !== null && hostOf(origin) !== headers.host?.toLowerCase();
  if ((isStrange && !isNavigation) || isOtherOrigin)
    throw new ProblemError(403, 'cross-site', 'Requests of other sites are not answered');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** Whether the request has the token: as `Authorization: Bearer`, or by the cookie. */
export function hasToken(headers: AskedHeaders, { token, cookie }: Door): boolean {
  if (token === null) return true;
  const [, bearer] = /^Bearer ([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return isSame(bearer, token);
  const prefix = `${cookie}=`;
  const found = (headers.cookie ?? '').split('; ').find((part) => part.startsWith(prefix));
  return found !== undefined && isSame(found.slice(prefix.length), cookieValue(token));
}

/** The cookie does not have the token itself: who reads it cannot make a URL of it. */
export function cookieValue(token: string): string {
  return createHash('sha256').update(`cookie ${token}`).digest('base64url');
}

/** Compares without telling how much was right. */
export function isSame(given: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
