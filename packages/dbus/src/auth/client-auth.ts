/** The client's side of authentication, at a bus: EXTERNAL, as the user that this process runs as. */

const LINE_BYTES = 4096;

export class ClientAuth {
  #pending: Buffer = Buffer.alloc(0);

  /** The first bytes to send. */
  static hello(uid: number): string {
    return `\0AUTH EXTERNAL ${Buffer.from(String(uid)).toString('hex')}\r\n`;
  }

  /** What the server has sent: null while its line is not complete; else whether it agrees, and what follows. */
  push(chunk: Buffer): { agreed: boolean; line: string; rest: Buffer } | null {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const end = this.#pending.indexOf('\r\n');
    if (end < 0 && this.#pending.length <= LINE_BYTES) return null;
    const line = this.#pending.toString('latin1', 0, end < 0 ? LINE_BYTES : end);
    return { agreed: end >= 0 && line.startsWith('OK '), line, rest: this.#pending.subarray(end + 2) };
  }
}
