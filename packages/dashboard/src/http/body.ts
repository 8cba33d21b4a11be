/** The body of a request: JSON, of a bounded length. */
import { MAX_BODY_BYTES } from '../limits.ts';
import { type Asked, type AskedHeaders, headerOf } from './answer.ts';
import { ProblemError } from './problem.ts';

/** A form of another site cannot send this type without asking first, and is never answered. Throws a problem. */
export async function jsonOf(headers: AskedHeaders, body: Asked['body']): Promise<unknown> {
  const type = headerOf(headers, 'content-type') ?? '';
  if (!/^application\/json\b/i.test(type))
    throw new ProblemError(415, 'not-json', 'The body has to be JSON, as `Content-Type: application/json` says');
  const text = await textOf(headers, body);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProblemError(400, 'bad-request', `The body is not JSON: ${(error as Error).message}`);
  }
}

/** The body, which is dropped as soon as it is too long. */
async function textOf(headers: AskedHeaders, body: Asked['body']): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const tooLarge = new ProblemError(413, 'body-too-large', `A body has at most ${MAX_BODY_BYTES} bytes`);
  if (Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
