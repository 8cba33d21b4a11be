/** Carries out one method call. */
import type { UpstartClient } from '@upstart/protocol';
import { invalidArgs, limitsExceeded, unknownMethod } from '../errors.ts';
import type { GatewayClient } from '../host.ts';
import { LIMITS } from '../limits.ts';
import type { Value } from '../wire/message.ts';
import type { Received } from '../wire/message-stream.ts';
import { introspectable, NoSuchProperty, peer, properties } from './standard.ts';
import { type Answer, type Found, type Interface, type Method, signatureOf } from './table.ts';
import { findObject } from './tree.ts';

/** A method that was found, with what it is called on. */
interface Bound {
  readonly method: Method<unknown>;
  readonly target: unknown;
}

export interface Reply {
  readonly answer: Answer;
  readonly signature: string;
}

/** Calls the method. Throws `DBusError` or an error of the daemon. */
export async function dispatch(call: Received, client: GatewayClient): Promise<Reply> {
  const bound = await find(call, client);
  if (!bound) throw unknownMethod(call);
  const { method, target } = bound;
  const expected = signatureOf(method.in);
  if (call.signature !== expected) throw invalidArgs(`Invalid arguments to ${call.member} method`);
  const args = expected.includes('h') ? withFile(call) : decode(call);
  try {
    return { answer: await method.call(target, args, client), signature: signatureOf(method.out) };
  } catch (error) {
    throw error instanceof NoSuchProperty ? unknownMethod(call) : error;
  }
}

/** The arguments of which the last one is a descriptor, by the number under which the daemon knows it. */
function withFile(call: Received): readonly Value[] {
  const { unixFds = 0, files = [] } = call;
  if (unixFds > LIMITS.messageFiles)
    throw limitsExceeded(`A message has more than ${LIMITS.messageFiles} file descriptor`);
  const args = decode(call);
  const file = files[args.at(-1) as number];
  if (!file) throw invalidArgs(`Invalid arguments to ${call.member} method`);
  if (file === 'refused') throw limitsExceeded('Too many file descriptors of events are in use');
  return [...args.slice(0, -1), file.id];
}

/** A variant may hold a descriptor. */
function decode(call: Received): readonly Value[] {
  try {
    return call.args();
  } catch {
    throw invalidArgs(`Invalid arguments to ${call.member} method`);
  }
}

/** A call without an interface means the first one that has such a method. */
async function find(call: Received, client: UpstartClient): Promise<Bound | null> {
  const { path, member, interface: name } = call;
  const bind = (row: Interface<never>, target: unknown): Bound | null => {
    if ((name !== undefined && name !== row.name) || !Object.hasOwn(row.methods, member as string)) return null;
    return { method: row.methods[member as string] as Method<unknown>, target };
  };
  const atPeer = bind(peer as Interface<never>, null);
  if (atPeer) return atPeer;
  const found: Found | null = await findObject(path as string, client);
  if (!found) return null;
  const own = found.own;
  return (
    (own && (bind(own.interface, own.target) ?? bind(properties as Interface<never>, found))) ??
    bind(introspectable as Interface<never>, found)
  );
}
