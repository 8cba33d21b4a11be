/** What one host asks another one of the fleet. The subject has who asks whom for what; this is the rest. */
import { NAME } from '../conf/cluster-conf.ts';

/** A larger request is rejected. */
export const MAX_REQUEST_BYTES = 65_536;
/** The largest number that a user of Linux has. */
const MAX_UID = 2 ** 32 - 2;

export interface FleetRequest {
  /** By which replies name it. */
  readonly id: string;
  /** The parameters of the method; unchecked. */
  readonly params: unknown;
  /** The user who asks, as the asking host says. */
  readonly uid: number;
}

/** Ends a stream that its asker does not want any more; has one continue that its asker still wants. */
export const CANCEL = 'cancel';
export const CONTINUE = 'continue';

/** What the asker of a stream says meanwhile. */
export interface StreamNote {
  readonly id: string;
  /** How many items have come. */
  readonly received: number;
}

export const encodeRequest = (request: FleetRequest): string => JSON.stringify(request);

/** Null: it is none, or has no id to reply to. */
export function decodeRequest(body: Uint8Array): FleetRequest | null {
  const { id, params, uid } = mapOf(body);
  if (!isId(id) || !isCount(uid) || uid > MAX_UID) return null;
  return { id, params: params ?? {}, uid };
}

/** Null: it is none. */
export function decodeNote(body: Uint8Array): StreamNote | null {
  const { id, received } = mapOf(body);
  return isId(id) && isCount(received) ? { id, received } : null;
}

const isId = (value: unknown): value is string => typeof value === 'string' && NAME.test(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function mapOf(body: Uint8Array): Record<string, unknown> {
  if (body.length > MAX_REQUEST_BYTES) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
