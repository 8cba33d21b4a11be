/** Signatures: lists of complete types (D-Bus specification: "Valid Signatures"). */
import { SPECIFIED } from '../limits.ts';

const BASIC = 'ybnqiuxtdsogh';

/** Whether `signature` is a list of complete types within the limits of the specification. */
export function isSignature(signature: string): boolean {
  if (signature.length > SPECIFIED.signatureBytes) return false;
  for (let at = 0; at < signature.length; ) {
    const end = endOfType(signature, at, 0, 0);
    if (end < 0) return false;
    at = end;
  }
  return true;
}

/** Whether `signature` is exactly one complete type, as a variant has it. */
export function isSingleType(signature: string): boolean {
  if (signature === '' || signature.length > SPECIFIED.signatureBytes) return false;
  return endOfType(signature, 0, 0, 0) === signature.length;
}

/** The index behind the complete type at `at`; -1: there is none. */
function endOfType(signature: string, at: number, arrays: number, structs: number): number {
  const type = signature[at];
  if (type === undefined) return -1;
  if (type === 'v' || BASIC.includes(type)) return at + 1;
  if (type === 'a') {
    if (arrays >= SPECIFIED.arrayDepth) return -1;
    if (signature[at + 1] === '{') return endOfEntry(signature, at + 2, arrays + 1, structs);
    return endOfType(signature, at + 1, arrays + 1, structs);
  }
  if (type !== '(' || structs >= SPECIFIED.structDepth || signature[at + 1] === ')') return -1;
  let end = at + 1;
  while (end >= 0 && signature[end] !== ')') end = endOfType(signature, end, arrays, structs + 1);
  return end < 0 ? -1 : end + 1;
}

/** As above, for a dictionary's entry whose key is at `at`: a basic type, and any complete type. */
function endOfEntry(signature: string, at: number, arrays: number, structs: number): number {
  const key = signature[at];
  if (key === undefined || !BASIC.includes(key) || structs >= SPECIFIED.structDepth) return -1;
  const end = endOfType(signature, at + 1, arrays, structs + 1);
  return end >= 0 && signature[end] === '}' ? end + 1 : -1;
}

/** The index behind the complete type at `at` of a signature that was checked. */
export function endOfCheckedType(signature: string, at: number): number {
  let depth = 0;
  for (let end = at; ; end++) {
    const type = signature[end] as string;
    if (type === '(' || type === '{') depth++;
    else if (type === ')' || type === '}') depth--;
    if (depth === 0 && type !== 'a') return end + 1;
  }
}
