/**
 * Text that came from bytes which need not be UTF-8 (job files, arguments, environments). Bytes that are no UTF-8 become
 * the lone surrogates U+DC80…U+DCFF and turn back into the same bytes, so nothing is lost on the way through the daemon.
 */
const ESCAPED = /[\uDC80-\uDCFF]/;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes bytes; the result encodes back to exactly these bytes. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
}

/** Encodes text of `decodeText`, or any other, to bytes. */
export function encodeText(text: string): Buffer {
  if (!ESCAPED.test(text)) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let plain = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isPair(text, i)) {
      i++;
      continue;
    }
    if (unit < 0xdc80 || unit > 0xdcff) continue;
    parts.push(Buffer.from(text.slice(plain, i), 'utf8'), Buffer.of(unit & 0xff));
    plain = i + 1;
  }
  parts.push(Buffer.from(text.slice(plain), 'utf8'));
  return Buffer.concat(parts);
}

/** Whether a proper surrogate pair starts at `i`: its second half looks like an escaped byte, but is none. */
function isPair(text: string, i: number): boolean {
  const high = text.charCodeAt(i);
  const low = text.charCodeAt(i + 1);
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}

function decodeEscaping(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const size = sequenceLength(bytes, i);
    if (size === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[i] as number));
      i += 1;
    } else {
      text += strict.decode(bytes.subarray(i, i + size));
      i += size;
    }
  }
  return text;
}

/** The length of the valid UTF-8 sequence at `start`, or 0. */
function sequenceLength(bytes: Uint8Array, start: number): number {
  const first = bytes[start] as number;
  const size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size < 2) return size;
  try {
    strict.decode(bytes.subarray(start, start + size));
    return start + size <= bytes.length ? size : 0;
  } catch {
    return 0;
  }
}
