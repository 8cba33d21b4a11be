/** Object paths of jobs and instances (reference: dbus §2): every byte that a path cannot have is `_xx`, an empty name `_`. */
import { decodeText, encodeText } from '@upstart/common';

export const MANAGER = '/com/ubuntu/Upstart';
export const JOBS = `${MANAGER}/jobs`;

const isPlain = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);

/** A name as an element of a path. */
export function escapeElement(name: string): string {
  if (name === '') return '_';
  let element = '';
  for (const byte of encodeText(name))
    element += isPlain(byte) ? String.fromCharCode(byte) : `_${byte.toString(16).padStart(2, '0')}`;
  return element;
}

/** The name that an element stands for; null: none is written so. */
export function unescapeElement(element: string): string | null {
  if (element === '_') return '';
  const bytes: number[] = [];
  for (let at = 0; at < element.length; at++) {
    if (element[at] !== '_') {
      bytes.push(element.charCodeAt(at));
      continue;
    }
    bytes.push(Number.parseInt(element.slice(at + 1, at + 3), 16));
    at += 2;
  }
  const name = decodeText(Uint8Array.from(bytes));
  return escapeElement(name) === element ? name : null;
}

export const jobPath = (job: string): string => `${JOBS}/${escapeElement(job)}`;
export const instancePath = (job: string, instance: string): string => `${jobPath(job)}/${escapeElement(instance)}`;
