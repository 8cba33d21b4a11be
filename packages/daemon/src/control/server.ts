/**
 * The control sockets. `control.sock` is its owner's and root's alone and takes every request; the system's init has
 * `query.sock` beside it, for everybody, which only answers questions. Who may do what is thus decided by the kernel.
 */
import { chmodSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { CONTROL_SOCKET, QUERY_SOCKET } from '@upstart/protocol';
import { Connection } from './connection.ts';
import type { ControlContext } from './handlers.ts';

/** Connections beyond this many are closed at once, those that exist go on. */
const MAX_CONNECTIONS = 4096;

const SOCKETS = [
  { name: CONTROL_SOCKET, mode: 0o600, privileged: true },
  { name: QUERY_SOCKET, mode: 0o666, privileged: false },
] as const;

export class ControlServer {
  private readonly context: ControlContext;
  private readonly directory: string;
  private readonly servers: Server[] = [];
  private readonly connections = new Set<Connection>();

  constructor(context: ControlContext, directory: string) {
    this.context = context;
    this.directory = directory;
  }

  /** Begins to listen; `forEverybody` adds the socket for questions. Rejects when a socket cannot be made. */
  async listen(forEverybody: boolean): Promise<void> {
    for (const { name, mode, privileged } of SOCKETS) {
      if (!privileged && !forEverybody) continue;
      this.servers.push(await this.open(join(this.directory, name), mode, privileged));
    }
  }

  /** Closes everything; the sockets' files are removed. */
  close(): void {
    for (const server of this.servers) server.close();
    for (const connection of this.connections) connection.close();
    for (const { name } of SOCKETS) rmSync(join(this.directory, name), { force: true });
  }

  private open(path: string, mode: number, privileged: boolean): Promise<Server> {
    const server = createServer((socket) => this.accept(socket, privileged));
    // Takes the place of a socket that a daemon before this one left, without a moment in which there is none.
    const temporary = `${path}.new`;
    rmSync(temporary, { force: true });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      const umask = process.umask(0o177);
      server.listen({ path: temporary, backlog: 511 }, () => {
        try {
          chmodSync(temporary, mode);
          renameSync(temporary, path);
        } catch (error) {
          reject(error);
          return;
        }
        server.removeListener('error', reject);
        server.on('error', (error) => this.context.log.write('error', `Control socket ${path}: ${error.message}`));
        resolve(server);
      });
      process.umask(umask);
    });
  }

  private accept(socket: Socket, privileged: boolean): void {
    if (this.connections.size >= MAX_CONNECTIONS) {
      socket.destroy();
      return;
    }
    const connection = new Connection(this.context, socket, privileged);
    this.connections.add(connection);
    socket.once('close', () => this.connections.delete(connection));
  }
}
