/** The token for TCP. It is kept beside init's sockets, for its user alone, so that pages outlive a restart of the gateway. */
import { randomBytes } from 'node:crypto';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'dashboard.token';
const TOKEN = /^[\w-]{43}$/;
const TOKEN_BYTES = 32;

/** The kept token, or a new one; where it cannot be kept it is new each time. */
export function tokenIn(folder: string): string {
  const path = join(folder, FILE);
  try {
    const found = lstatSync(path);
    const isOurs = found.isFile() && found.uid === process.geteuid?.() && (found.mode & 0o077) === 0;
    const text = isOurs ? readFileSync(path, 'latin1').trim() : '';
    if (TOKEN.test(text)) return text;
  } catch {
    // There is none yet.
  }
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  try {
    writeFileSync(path, `${token}\n`, { mode: 0o600, flag: 'wx' });
  } catch {
    // Not a folder of this user.
  }
  return token;
}
