/** The records of leases in the store: who has a place, and by which token. */

export interface LeaseRecord {
  /** The host that has the place; null: it was given back. */
  readonly holder: string | null;
  /** The keeper that has written it: another one for each start of a keeper. */
  readonly keeper: string;
  /** The fencing token: the revision of the record that took the place, and 0 in that one itself. */
  readonly token: number;
  /** Numbers the writes of the keeper, so that no two records are the same. */
  readonly write: number;
  /** How long the record has to stay unchanged before another host may take the place, in milliseconds. */
  readonly ttlMs: number;
}

/** What a store has under a key. `record` null: nothing, which is `revision` 0, or a record that was deleted or is not readable. */
export interface LeaseEntry {
  readonly record: LeaseRecord | null;
  readonly revision: number;
}

/** The token of the host that has the place. */
export function tokenOf({ record, revision }: LeaseEntry): number {
  return record === null || record.token === 0 ? revision : record.token;
}

/** Whether it is one record, whatever revision each has it under. */
export function isSameRecord(a: LeaseEntry, b: LeaseEntry): boolean {
  if (a.record === null || b.record === null) return a.record === b.record && a.revision === b.revision;
  return encodeRecord(a.record) === encodeRecord(b.record);
}

export function encodeRecord({ holder, keeper, token, write, ttlMs }: LeaseRecord): string {
  return JSON.stringify({ holder, keeper, token, write, ttlMs });
}

/** Null: it is no record of this version. */
export function decodeRecord(text: string): LeaseRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { holder, keeper, token, write, ttlMs } = value as Record<string, unknown>;
  if ((typeof holder !== 'string' && holder !== null) || typeof keeper !== 'string') return null;
  return isCount(token) && isCount(write) && isCount(ttlMs) ? { holder, keeper, token, write, ttlMs } : null;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const PLAIN = /^[A-Za-z0-9_-]+$/;

/** The keys of all places of a lease are this and a number behind it. A name may have any characters, a part of a key only a few. */
export function keyPrefix(name: string): string {
  return `lease.${PLAIN.test(name) ? name : `=${Buffer.from(name).toString('base64url')}`}.`;
}

/** The name of the lease whose place has this key; null: it is no key of a place. */
export function leaseNameOf(key: string): string | null {
  const [, name = ''] = /^lease\.(.+)\.\d+$/.exec(key) ?? [];
  if (name === '') return null;
  return name.startsWith('=') ? Buffer.from(name.slice(1), 'base64url').toString() : name;
}

/** The keys of the places of a lease. */
export function placeKeys(name: string, most: number): string[] {
  const prefix = keyPrefix(name);
  return Array.from({ length: most }, (_, place) => `${prefix}${place}`);
}
