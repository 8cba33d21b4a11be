/**
 * The control sockets. Only its owner and root can open `control.sock`, which takes every request. The system's init also has `query.sock`,
 * for all users, which only answers questions. So the kernel decides on the rights of a client.
 */
import { chmodSync, lstatSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { makeFolder } from '@upstart/common';
import { CONTROL_SOCKET, QUERY_SOCKET } from '@upstart/protocol';
import { Connection, type DBusHandler } from './connection.ts';
import type { ConnectionParts } from './connection-parts.ts';
import type { ControlContext } from './context.ts';
import { OWNER_SOCKET, RESERVED_DESCRIPTORS, type SocketLimits, STRANGER_SOCKET } from './limits.ts';
import { MemoryBudget } from './memory-budget.ts';
import { Turns } from './turns.ts';

/** The pause before the sockets are retried, in milliseconds. */
const LISTEN_RETRY_MS = 1000;

interface SocketRow {
  readonly name: string;
  readonly mode: number;
  readonly privileged: boolean;
  readonly limits: SocketLimits;
  /**
   * The rule for connections beyond the limit: true disconnects the client that has been silent for longest. False disconnects the new
   * client, so that the owner's programs lose no connection to one more of them.
   */
  readonly makesRoom: boolean;
}

const SOCKETS: readonly SocketRow[] = [
  {
    name: CONTROL_SOCKET,
    mode: 0o600,
    privileged: true,
    limits: OWNER_SOCKET,
    makesRoom: false,
  },
  {
    name: QUERY_SOCKET,
    mode: 0o666,
    privileged: false,
    limits: STRANGER_SOCKET,
    makesRoom: true,
  },
];

/** The most connections of a socket, when this process may have so many descriptors. */
export function connectionLimit(
  { connections, share }: Pick<SocketLimits, 'connections' | 'share'>,
  descriptors: number,
): number {
  return Math.max(1, Math.min(connections, Math.floor((descriptors - RESERVED_DESCRIPTORS) * share)));
}

/** The most descriptors that this process may have. */
function descriptorLimit(): number {
  const soft = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

/** A socket that the server listens on. */
interface Gate {
  readonly row: SocketRow;
  readonly parts: ConnectionParts;
  readonly limit: number;
  /** Takes over the connections of D-Bus clients; null: they are not served here. */
  readonly toDBus: DBusHandler | null;
  /** The inode of the socket, to recognise another file in its place; null: not created yet. */
  inode: number | null;
  /** Ordered by their last input, the oldest first. */
  readonly connections: Set<Connection>;
}

export class ControlServer {
  readonly #context: ControlContext;
  readonly #directory: string;
  readonly #forEverybody: boolean;
  #servers: Server[] = [];
  #retry: NodeJS.Timeout | undefined;
  readonly #gates: readonly Gate[];

  /**
   * `forEverybody` adds the socket for questions, as the system's init has it; `toDBus` takes over connections to the control socket whose
   * clients speak D-Bus.
   */
  constructor(context: ControlContext, directory: string, forEverybody: boolean, toDBus: DBusHandler) {
    this.#context = context;
    this.#directory = directory;
    const turns = new Turns();
    const descriptors = descriptorLimit();
    this.#gates = SOCKETS.filter(({ privileged }) => privileged || forEverybody).map((row) => ({
      row,
      limit: connectionLimit(row.limits, descriptors),
      parts: {
        context,
        turns,
        privileged: row.privileged,
        limits: row.limits,
        budget: new MemoryBudget(row.limits.memoryBytes),
      },
      toDBus: row.privileged ? toDBus : null,
      inode: null,
      connections: new Set(),
    }));
    this.#forEverybody = forEverybody;
  }

  /**
   * Begins to listen, or recreates the sockets when they were removed or hidden. On failure, such as a full file system, logs
   * that once and retries.
   */
  async listen(): Promise<void> {
    clearTimeout(this.#retry);
    const servers: Server[] = [];
    try {
      makeFolder(this.#directory, this.#forEverybody ? 0o755 : 0o700);
      for (const gate of this.#gates) servers.push(await this.#open(gate));
    } catch (error) {
      for (const server of servers) server.close();
      if (!this.#retry) {
        this.#context.log.write('warn', `Unable to listen for private connections: ${(error as Error).message}`);
      }
      this.#retry = setTimeout(() => void this.listen(), LISTEN_RETRY_MS);
      return;
    }
    this.#retry = undefined;
    const before = this.#servers;
    this.#servers = servers;
    for (const server of before) server.close();
  }

  /** Whether the sockets still exist and are the ones that this server created. */
  isThere(): boolean {
    return this.#gates.every(({ row, inode }) => {
      const found = lstatSync(join(this.#directory, row.name), { throwIfNoEntry: false });
      return found !== undefined && found.ino === inode;
    });
  }

  /** Whether privileged clients have sent requests that are not read yet. */
  isBehind(): boolean {
    return this.#gates.some(({ row, connections }) => row.privileged && [...connections].some(({ behind }) => behind));
  }

  /**
   * Closes all sockets, removes their files, and sends to clients what was written, with the end. Connections stay: a client that writes
   * to one that is closed would lose what it has not read.
   */
  end(): void {
    clearTimeout(this.#retry);
    for (const server of this.#servers) server.close();
    for (const connection of this.#connections()) connection.end();
    for (const { name } of SOCKETS) rmSync(join(this.#directory, name), { force: true });
  }

  /** After `end`: closes all connections. */
  close(): void {
    for (const connection of this.#connections()) connection.close();
  }

  #connections(): Connection[] {
    return this.#gates.flatMap(({ connections }) => [...connections]);
  }

  #open(gate: Gate): Promise<Server> {
    const { name, mode } = gate.row;
    const path = join(this.#directory, name);
    const server = createServer((socket) => accept(socket, gate));
    // Replaces the socket of the daemon before this one, without a moment in which there is none.
    const temporary = `${path}.new`;
    rmSync(temporary, { force: true });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      const umask = process.umask(0o177);
      server.listen({ path: temporary, backlog: 511 }, () => {
        try {
          chmodSync(temporary, mode);
          renameSync(temporary, path);
          gate.inode = lstatSync(path).ino;
        } catch (error) {
          reject(error);
          return;
        }
        server.removeListener('error', reject);
        server.on('error', (error) => this.#context.log.write('error', `Control socket ${path}: ${error.message}`));
        resolve(server);
      });
      process.umask(umask);
    });
  }
}

function accept(socket: Socket, { row, limit, parts, toDBus, connections }: Gate): void {
  if (connections.size >= limit) {
    const silent = row.makesRoom ? firstIdle(connections) : undefined;
    if (silent === undefined) {
      socket.destroy();
      return;
    }
    connections.delete(silent);
    silent.close();
  }
  const handOver: DBusHandler | null =
    toDBus &&
    ((it, first) => {
      connections.delete(connection);
      toDBus(it, first);
    });
  const connection = new Connection(parts, socket, handOver);
  connections.add(connection);
  socket.on('data', () => {
    if (!connections.delete(connection)) return;
    connections.add(connection);
  });
  socket.once('close', () => connections.delete(connection));
}

function firstIdle(connections: ReadonlySet<Connection>): Connection | undefined {
  for (const connection of connections) if (connection.idle) return connection;
  return undefined;
}
