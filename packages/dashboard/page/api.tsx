/** Requests to the gateway. */
import type { Row } from '@upstart/ctl/parts';
import type { HistoryEntry, JobStatus, SimulationResult } from '@upstart/protocol';
import { encoded } from '../src/http/url-text.ts';

export type { HistoryEntry, JobStatus, Row };
export type Entry = HistoryEntry & { readonly line: string };
export type Simulation = SimulationResult & { readonly lines: readonly string[] };

/** `/init/NAME` of a page that is not of the gateway's own init. */
const BASE = /^\/init\/[^/]+/.exec(location.pathname)?.[0] ?? '';
const API = `${BASE}/api/v1`;

/** An answer that is an error; the message is for users. */
export class Problem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const pathOf = (job: string, what = ''): string => `${API}/jobs/${encoded(job)}${what}`;
export const path = (what: string): string => `${API}${what}`;

async function answer(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.ok) return response;
  const problem = (await response.json().catch(() => null)) as { title?: string } | null;
  throw new Problem(response.status, problem?.title ?? `The gateway answers ${response.status}`);
}

export async function get<T>(url: string): Promise<T> {
  return (await answer(url)).json() as Promise<T>;
}

export async function getText(url: string): Promise<string> {
  return (await answer(url)).text();
}

export async function post<T>(url: string, body: object = {}): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return (await answer(url, { method: 'POST', headers, body: JSON.stringify(body) })).json() as Promise<T>;
}

const RETRY_MS = 1000;

/**
 * Follows a stream, and connects again whatever ends it, with the id from which it resumes. Returns how to end it. A page that is hidden
 * follows nothing, and catches up when it is shown: browsers have six connections to a server for all pages together.
 * `heard` gets the name of an event and its data, `state` whether it is connected.
 */
export function follow(
  url: string,
  names: readonly string[],
  heard: (name: string, data: unknown) => void,
  state: (isUp: boolean) => void = () => {},
  resumes: (url: string, lastId: string) => string = (same) => same,
): () => void {
  let source: EventSource;
  let lastId = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    source = new EventSource(lastId === '' ? url : resumes(url, lastId));
    source.onopen = () => state(true);
    source.onerror = () => {
      state(false);
      // Browsers connect again by themselves, except after an answer that is no stream.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS);
    };
    for (const name of names)
      source.addEventListener(name, (event) => {
        if (event.lastEventId !== '') lastId = event.lastEventId;
        heard(name, JSON.parse(event.data as string));
      });
  };
  const turn = (): void => {
    clearTimeout(timer);
    if (document.hidden) source.close();
    else if (source.readyState === EventSource.CLOSED) open();
  };
  open();
  document.addEventListener('visibilitychange', turn);
  return () => {
    document.removeEventListener('visibilitychange', turn);
    clearTimeout(timer);
    source.close();
  };
}
