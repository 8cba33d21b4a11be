/** A client that sends descriptors, which Node cannot do by itself. */
import { type ChildProcess, spawn } from 'node:child_process';

export class FileSender {
  readonly #child: ChildProcess;
  /** The data from the other side. */
  received: Buffer = Buffer.alloc(0);
  /** The connection is over. */
  isOver = false;

  /** `program` is that of `compileSender`; it connects to `address`, and sends copies of the descriptor `fd` of this process. */
  constructor(program: string, address: string, fd: number) {
    this.#child = spawn(program, [address], { stdio: ['pipe', 'pipe', 'inherit', fd] });
    this.#child.stdin?.on('error', () => {});
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    this.#child.on('exit', () => {
      this.isOver = true;
    });
  }

  /** Sends bytes, with so many descriptors. */
  send(bytes: Buffer | string, files = 0): void {
    const content = Buffer.from(bytes);
    const head = Buffer.alloc(5);
    head.writeUInt8(files, 0);
    head.writeUInt32LE(content.length, 1);
    this.#child.stdin?.write(Buffer.concat([head, content]));
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }
}
