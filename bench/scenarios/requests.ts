/** Requests to this init as bytes, for clients in C. */
import { join } from 'node:path';
import {
  CLIENT_LIMITS,
  encodeFrame,
  type Method,
  type Params,
  PROTOCOL_VERSION,
} from '../../packages/protocol/src/index.ts';
import type { RunningInit } from '../inits/init.ts';

const HELLO: Params<'hello'> = { version: PROTOCOL_VERSION, client: 'bench' };

export function requestHex(method: Method, params: object = method === 'hello' ? HELLO : {}): string {
  return encodeFrame({ id: method === 'hello' ? 0 : 1, method, params }, CLIENT_LIMITS).toString('hex');
}

/** The control socket of this init. */
export function controlSocketOf({ folder, pid }: RunningInit): string {
  return join(folder, 'run', 'upstart', `init-${pid}`, 'control.sock');
}
