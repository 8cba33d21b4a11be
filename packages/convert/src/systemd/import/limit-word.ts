/** Values of Limit…= as those of `limit`. */
import { parseSpan } from '../unit/time.ts';

const SIZES = ['K', 'M', 'G', 'T', 'P', 'E'];

/** Null: it is no number. */
export function limitWord(resource: string, text: string): string | null {
  if (text === 'infinity') return 'unlimited';
  if (resource === 'nice' && /^[+-]\d+$/.test(text)) return String(20 - Number(text));
  if (resource === 'cpu' && !/^\d+$/.test(text)) {
    const ms = parseSpan(text);
    return ms === null ? null : String(Math.ceil(ms / 1000));
  }
  const [, digits, size] = /^(\d+)([KMGTPE])?$/.exec(text) ?? [];
  if (digits === undefined) return null;
  return size === undefined ? digits : String(BigInt(digits) * 1024n ** BigInt(SIZES.indexOf(size) + 1));
}
