/** The client's side of authentication, at a bus: EXTERNAL, as the user that this process runs as. */

const LINE_BYTES = 4096;

export class ClientAuth {
  #pending: Buffer = Buffer.alloc(0);

  /** The first bytes to send. */
  static hello(uid: number): string {
    return `\0AUTH EXTERNAL ${Buffer.from(String(uid)).toString('hex')}\r\n`;
  }

  /** The line that the server has sent: null while it is not complete; else also whether it is one, and what follows. */
  push(chunk: Buffer): { isWhole: boolean; line: string; rest: Buffer } | null {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const end = this.#pending.indexOf('\r\n');
    if (end < 0 && this.#pending.length <= LINE_BYTES) return null;
    const line = this.#pending.toString('latin1', 0, end < 0 ? LINE_BYTES : end);
    const rest = this.#pending.subarray(end + 2);
    this.#pending = Buffer.alloc(0);
    return { isWhole: end >= 0, line, rest };
  }
}
