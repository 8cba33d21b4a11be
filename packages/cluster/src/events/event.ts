/** An event between machines: its form on the servers, and the check of what other hosts have sent. */
import { CLUSTER_EVENT_FORM, isClusterEvent } from '@upstart/common';
import type { Labels } from '../conf/cluster-conf.ts';
import { NAME } from '../conf/cluster-conf.ts';
import { isLabels } from '../hosts/hosts.ts';

/** The variable with the name of the host that has sent an event, which the servers vouch for. */
const SENDER = 'HOST';
/** Bytes of all variables; with the rest, an event stays below `MAX_EVENT_BYTES`. */
export const MAX_VARIABLE_BYTES = 49_152;
/** JSON may write a character as six. */
const MAX_BODY_BYTES = 61_440;

export interface OutgoingEvent {
  readonly name: string;
  /** `KEY=VALUE`, in order. */
  readonly env: readonly string[];
  /** Hosts with all of these labels take it. */
  readonly to: Labels;
  /** The answers are asked for under this id; null: nothing waits for them. */
  readonly question: string | null;
}

/** What is wrong with an event. */
export class EventError extends Error {
  override name = 'EventError';
}

/** The body of its message. Throws EventError. */
export function encodeEvent({ name, env, to, question }: OutgoingEvent): string {
  if (!isClusterEvent(name))
    throw new EventError(
      `event ${JSON.stringify(name)} cannot cross machines: expected ${CLUSTER_EVENT_FORM}${hint(name)}`,
    );
  for (const pair of env) {
    const fault = faultOf(pair);
    if (fault !== null) throw new EventError(`event ${name}: ${fault}`);
  }
  const bytes = env.reduce((sum, pair) => sum + Buffer.byteLength(pair), 0);
  const body = JSON.stringify({
    env,
    ...(Object.keys(to).length > 0 && { to }),
    ...(question !== null && { question }),
  });
  if (bytes > MAX_VARIABLE_BYTES || Buffer.byteLength(body) > MAX_BODY_BYTES)
    throw new EventError(
      `event ${name}: its variables are too long to cross machines: ${MAX_VARIABLE_BYTES} bytes at most`,
    );
  return body;
}

/** Conditions have the event of the cluster with this before its name. */
const IN_CONDITIONS = ':cluster:';

function hint(name: string): string {
  const rest = name.slice(IN_CONDITIONS.length);
  return name.startsWith(IN_CONDITIONS) && isClusterEvent(rest) ? `; did you mean ${rest}?` : '';
}

/** The variables and the address of an event that another host has sent. Throws EventError. */
export function decodeEvent(body: string): Omit<OutgoingEvent, 'name'> {
  let found: Partial<Record<'env' | 'to' | 'question', unknown>>;
  try {
    found = JSON.parse(body);
  } catch {
    throw new EventError('it is no JSON');
  }
  if (typeof found !== 'object' || found === null) throw new EventError('it is no map');
  const { env, to = {}, question = null } = found;
  if (!Array.isArray(env) || !env.every((pair) => typeof pair === 'string' && faultOf(pair) === null))
    throw new EventError('its variables are none');
  if (!isLabels(to)) throw new EventError('its labels are none');
  if (question !== null && (typeof question !== 'string' || !NAME.test(question)))
    throw new EventError('its question is none');
  return { env, to, question };
}

/** The variables with which init emits it: those of the sender come first, as conditions may count them. */
export const withSender = (env: readonly string[], host: string): string[] => [...env, `${SENDER}=${host}`];

function faultOf(pair: string): string | null {
  const at = pair.indexOf('=');
  if (at <= 0) return `expected KEY=VALUE: ${JSON.stringify(pair.slice(0, 60))}`;
  if (pair.includes('\0')) return `NUL character in ${JSON.stringify(pair.slice(0, at).slice(0, 60))}`;
  return pair.slice(0, at) === SENDER ? `${SENDER} is set by the cluster: the host that sends` : null;
}
