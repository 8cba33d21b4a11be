/**
 * The format of journal and snapshot files: records of a length, a checksum and a body, so that a torn, cut or damaged one is recognised.
 * Bodies are V8's structured clones, which preserve maps and any string.
 */
import { deserialize, serialize } from 'node:v8';
import * as zlib from 'node:zlib';

/**
 * Raised whenever the state or the inputs change their shape (`shape-N.txt`, which a test compares); `migrations.ts` then needs a step from
 * the previous format.
 */
export const FORMAT = 6;

const HEADER = 8;
/** No record is nearly as large: a larger length is damage. */
const MAX_RECORD = 1024 * 1024 * 1024;

const CRC_TABLE = new Uint32Array(256).map((_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The CRC-32 of bytes. From Node 20.15 on zlib has it in native code: a start with a thousand job files checks a megabyte. */
export const crc32: (bytes: Uint8Array) => number = zlib.crc32 ?? crc32Slowly;

export function crc32Slowly(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (CRC_TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** One record, as it is appended to a file. */
export function encodeRecord(value: unknown): Buffer {
  const body = serialize(value);
  const record = Buffer.allocUnsafe(HEADER + body.length);
  record.writeUInt32LE(body.length, 0);
  record.writeUInt32LE(crc32(body), 4);
  record.set(body, HEADER);
  return record;
}

export interface DecodedRecords {
  values: unknown[];
  /** The number of good bytes from the start. */
  goodBytes: number;
  /** The damage in the rest, or null when there is no rest. */
  damage: string | null;
}

/** Reads records up to the first incomplete or damaged one. */
export function decodeRecords(bytes: Buffer): DecodedRecords {
  const values: unknown[] = [];
  let at = 0;
  const stop = (damage: string | null): DecodedRecords => ({ values, goodBytes: at, damage });
  while (at < bytes.length) {
    if (bytes.length - at < HEADER) return stop(`record ${values.length + 1} is cut off in its header`);
    const length = bytes.readUInt32LE(at);
    const end = at + HEADER + length;
    if (length > MAX_RECORD || end > bytes.length) return stop(`record ${values.length + 1} is cut off`);
    const body = bytes.subarray(at + HEADER, end);
    if (crc32(body) !== bytes.readUInt32LE(at + 4)) return stop(`record ${values.length + 1} fails its checksum`);
    try {
      values.push(deserialize(body));
    } catch (error) {
      return stop(`record ${values.length + 1} cannot be read: ${(error as Error).message}`);
    }
    at = end;
  }
  return stop(null);
}
