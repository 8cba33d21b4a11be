/** Names in URLs, on both ends. A byte of a name that belongs to no UTF-8 is a lone surrogate (U+DC80 … U+DCFF) in texts, and that byte in a URL. */

const LONE = /([\udc80-\udcff])/u;
const SURROGATE_OF_BYTE = 0xdc00;
const FIRST_OF_BYTES = 0x80;
/** What may be one character, else a byte. */
const CHARACTER =
  /%f[0-4](?:%[89ab][0-9a-f]){3}|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%[cd][0-9a-f]%[89ab][0-9a-f]|%[0-9a-f]{2}/gi;

export function encoded(name: string): string {
  return name
    .split(LONE)
    .map((part) =>
      LONE.test(part) ? `%${(part.charCodeAt(0) - SURROGATE_OF_BYTE).toString(16)}` : encodeURIComponent(part),
    )
    .join('');
}

/** What is no code for a byte stays as it is. */
export function decoded(text: string): string {
  return text.replace(CHARACTER, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      const bytes = codes.slice(1).split('%');
      return String.fromCharCode(...bytes.map((byte) => Number.parseInt(byte, 16)).map(lone));
    }
  });
}

const lone = (byte: number): number => (byte < FIRST_OF_BYTES ? byte : SURROGATE_OF_BYTE + byte);

/** The fields of a query; of one name the first value. */
export function queryOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of text.split('&')) {
    const [name = '', ...value] = field.replaceAll('+', ' ').split('=');
    if (field !== '' && !fields.has(decoded(name))) fields.set(decoded(name), decoded(value.join('=')));
  }
  return fields;
}
