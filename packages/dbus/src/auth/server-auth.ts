/**
 * The server's side of authentication (D-Bus specification: "Authentication Protocol"). The kernel has told who the client is before
 * this begins; the mechanism EXTERNAL has the client say the same.
 */
import { LIMITS } from '../limits.ts';

/** The result of some bytes of a client. */
export type AuthStep =
  | { readonly state: 'continue'; readonly answer: string }
  /** Messages begin; `rest` are the first bytes of them. */
  | { readonly state: 'begun'; readonly answer: string; readonly rest: Buffer }
  | { readonly state: 'failed'; readonly answer: string; readonly reason: string };

const REJECTED = 'REJECTED EXTERNAL\r\n';
const END = '\r\n';

export class ServerAuth {
  readonly #uid: number;
  readonly #guid: string;
  readonly #canTakeFiles: boolean;
  /** It was agreed that descriptors may come. */
  takesFiles = false;
  #pending: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #rejections = 0;
  #hasNul = false;
  #state: 'auth' | 'data' | 'begin' = 'auth';

  /** For a client whose user the kernel says is `uid`. `canTakeFiles`: its descriptors can be received. */
  constructor(uid: number, guid: string, canTakeFiles = false) {
    this.#uid = uid;
    this.#guid = guid;
    this.#canTakeFiles = canTakeFiles;
  }

  push(chunk: Buffer): AuthStep {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    let answer = '';
    for (;;) {
      if (!this.#hasNul && this.#pending.length > 0) {
        if (this.#pending[0] !== 0) return { state: 'failed', answer, reason: 'the first byte is not NUL' };
        this.#hasNul = true;
        this.#pending = this.#pending.subarray(1);
      }
      const length = this.#pending.indexOf(END);
      if (length < 0) break;
      const line = this.#pending.toString('latin1', 0, length);
      this.#pending = this.#pending.subarray(length + END.length);
      this.#bytes += length;
      if (this.#state === 'begin' && line === 'BEGIN') return { state: 'begun', answer, rest: this.#pending };
      const reply = this.#line(line);
      if (reply === null) return { state: 'failed', answer, reason: 'BEGIN before authentication' };
      answer += reply;
      if (this.#rejections >= LIMITS.rejections) return { state: 'failed', answer, reason: 'too many attempts' };
    }
    if (this.#bytes + this.#pending.length > LIMITS.authenticationBytes)
      return { state: 'failed', answer, reason: 'authentication is too long' };
    return { state: 'continue', answer };
  }

  /** The answer to a line; null: the connection ends. */
  #line(line: string): string | null {
    const [command = '', ...words] = line.split(' ');
    switch (command) {
      case 'AUTH':
        return this.#state === 'auth' ? this.#auth(words) : this.#error('Already authenticating');
      case 'DATA':
        return this.#state === 'data' ? this.#external(words.join('')) : this.#error('No data expected');
      case 'CANCEL':
      case 'ERROR':
        return this.#reject();
      case 'NEGOTIATE_UNIX_FD':
        return this.#negotiate();
      case 'BEGIN':
        return null;
      default:
        return this.#error('Unknown command');
    }
  }

  #negotiate(): string {
    if (!this.#canTakeFiles || this.#state !== 'begin') return this.#error('Descriptors cannot be received');
    this.takesFiles = true;
    return 'AGREE_UNIX_FD\r\n';
  }

  #auth([mechanism, response]: string[]): string {
    if (mechanism !== 'EXTERNAL') return this.#reject();
    if (response !== undefined) return this.#external(response);
    this.#state = 'data';
    return 'DATA\r\n';
  }

  /** `response`: the user as decimal digits, each byte in hexadecimal; '' leaves it to the kernel. */
  #external(response: string): string {
    const said = Buffer.from(response, 'hex').toString('latin1');
    if (response !== '' && said !== String(this.#uid)) return this.#reject();
    this.#state = 'begin';
    return `OK ${this.#guid}\r\n`;
  }

  #reject(): string {
    this.#rejections++;
    this.#state = 'auth';
    return REJECTED;
  }

  #error(why: string): string {
    // A client that only makes mistakes ends, too.
    this.#bytes += why.length;
    return `ERROR "${why}"\r\n`;
  }
}
