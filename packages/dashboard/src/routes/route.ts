/** A route of the API: its path, what it takes and answers. The OpenAPI document and the checks of requests follow from it. */
import type { Gateway } from '../gateway.ts';
import { type Checked, fields, type JsonSchema, type Schema, type Shape } from '../http/schema.ts';

/** The names in a path: `job` of `/jobs/{job}/start`. */
type Names<P extends string> = P extends `${string}{${infer N}}${infer Rest}` ? N | Names<Rest> : never;

export interface Request<P extends string, Q extends Shape, B> {
  readonly path: Readonly<Record<Names<P>, string>>;
  readonly query: Checked<Q>;
  readonly body: B;
  /** `Last-Event-ID`, of a stream that resumes; null: it begins. */
  readonly lastEventId: string | null;
  readonly gateway: Gateway;
}

export interface RouteRow<P extends string, Q extends Shape, B> {
  readonly method: 'get' | 'post';
  readonly path: P;
  readonly summary: string;
  readonly query?: Q;
  readonly body?: Schema<B>;
  /** Of the answer: a schema for JSON, or another type. */
  readonly answer: JsonSchema | `${string}/${string}`;
  /** Whether it changes something: then `--read-only` rejects it. */
  readonly isChange?: boolean;
  /** Resolves with what is sent as JSON, or with an answer. */
  run(request: Request<P, Q, B>): unknown;
}

export interface Route extends Omit<RouteRow<string, Shape, unknown>, 'run' | 'query'> {
  readonly query: Schema<Record<string, unknown>>;
  run(request: Request<string, Shape, unknown>): unknown;
}

export function route<const P extends string, const Q extends Shape = Record<never, never>, B = undefined>(
  row: RouteRow<P, Q, B>,
): Route {
  return { ...row, query: fields(row.query ?? {}) } as unknown as Route;
}
