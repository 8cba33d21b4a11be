/** Errors as RFC 9457 has them (`application/problem+json`), with the names of the protocol's errors. */
import { UsageError } from '@upstart/common';
import { AddressError, ConnectionError, type ErrorCode, TimeoutError, UpstartError } from '@upstart/protocol';
import { Answer } from './answer.ts';

/** Errors of the gateway itself, beside those of the protocol. */
export type GatewayCode =
  | 'not-found'
  | 'method-not-allowed'
  | 'wrong-host'
  | 'cross-site'
  | 'token-required'
  | 'read-only'
  | 'not-json'
  | 'body-too-large'
  | 'too-many-streams'
  | 'too-busy'
  | 'timed-out'
  | 'unreadable'
  | 'not-drawable'
  | 'init-unreachable'
  | 'fleet-unreachable';

export type ProblemCode = ErrorCode | GatewayCode;

export interface Problem {
  /** A name for the kind of error: `urn:upstart:unknown-job`. */
  readonly type: string;
  /** The same without the prefix. */
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
}

/** Thrown by what answers a request. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(status: number, code: ProblemCode, title: string) {
    super(title);
    this.problem = { type: `urn:upstart:${code}`, code, status, title };
  }
}

/** The status of each error of the protocol; 422 for the others: a job or an event failed. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  'empty-name': 400,
  'empty-job': 400,
  'empty-variable': 400,
  'env-not-pairs': 400,
  'expansion-failed': 400,
  'bad-request': 400,
  'permission-denied': 403,
  'unknown-job': 404,
  'unknown-instance': 404,
  'unknown-instance-of-job': 404,
  'already-started': 409,
  'already-stopped': 409,
  'not-running': 409,
  'no-process': 409,
  'limit-exceeded': 429,
  internal: 500,
  'unsupported-version': 502,
};

export function problemOf(error: unknown): Problem {
  return asProblemError(error).problem;
}

function asProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof UpstartError) return new ProblemError(STATUS[error.code] ?? 422, error.code, error.message);
  if (error instanceof UsageError) return new ProblemError(400, 'bad-request', error.message);
  if (error instanceof TimeoutError) return new ProblemError(504, 'timed-out', error.message);
  if (error instanceof ConnectionError || error instanceof AddressError)
    return new ProblemError(503, 'init-unreachable', error.message);
  return new ProblemError(500, 'internal', error instanceof Error ? error.message : String(error));
}

export function problemAnswer(problem: Problem): Answer {
  return new Answer(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      ...(problem.status === 503 || problem.status === 429 ? { 'retry-after': '1' } : {}),
    },
  });
}
