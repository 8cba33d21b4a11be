/**
 * Reads a connection over which descriptors may come. The supervisor looks at it each time before Node reads, which then takes exactly
 * the bytes that were looked at.
 */
import { readSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { ClientFile, ClientFiles, Look } from '../supervisor/client-files.ts';
import { descriptorOf } from '../supervisor/peers.ts';

/** A chunk of what has come, and the descriptor that came with it; 'refused': it was closed, because too many are kept. */
export type ChunkListener = (chunk: Buffer, file: ClientFile | 'refused' | null) => void;

export class FileStream {
  readonly #socket: Socket;
  readonly #files: ClientFiles;
  readonly #listener: ChunkListener;
  #stopLook: (() => void) | null = null;
  #isPaused = true;

  /** Node reads nothing more from the socket. Begins paused. */
  constructor(socket: Socket, files: ClientFiles, listener: ChunkListener) {
    this.#socket = socket;
    this.#files = files;
    this.#listener = listener;
    stopReading(socket);
    socket.once('close', () => this.#stopLook?.());
  }

  resume(): void {
    this.#isPaused = false;
    this.#lookAgain();
  }

  /** A look that is under way still brings its bytes. */
  pause(): void {
    this.#isPaused = true;
  }

  #lookAgain(): void {
    if (this.#isPaused || this.#stopLook || this.#socket.destroyed) return;
    this.#stopLook = this.#files.look(this.#socket, (look) => this.#looked(look));
    if (!this.#stopLook) this.#socket.destroy();
  }

  #looked({ bytes, file }: Look): void {
    this.#stopLook = null;
    const chunk = readNow(this.#socket, bytes);
    if (chunk.length > 0) {
      this.#listener(chunk, file);
    } else {
      if (file && file !== 'refused') file.release();
      this.#socket.destroy();
    }
    this.#lookAgain();
  }
}

/** Has Node leave to others what comes: Node has no public way to stop at once. */
function stopReading(socket: Socket): void {
  const { _handle: handle } = socket as Socket & { _handle?: { readStop(): void } | null };
  socket._read = () => {};
  handle?.readStop();
}

/** So many bytes, which are there; fewer if the connection is over. */
function readNow(socket: Socket, bytes: number): Buffer {
  const chunk = Buffer.allocUnsafe(bytes);
  const fd = descriptorOf(socket);
  let at = 0;
  try {
    // A read ends behind the bytes that a descriptor came with.
    for (let read = -1; fd !== null && at < bytes && read !== 0; at += read)
      read = readSync(fd, chunk, at, bytes - at, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
  }
  return chunk.subarray(0, at);
}
