/** The daemon as the gateway sees it. */
import type { Socket } from 'node:net';
import type { LogPriority, Params, UpstartClient } from '@upstart/protocol';

/** A descriptor that a client has sent. It is closed when it was released and no job has it. */
export interface ReceivedFile {
  readonly id: number;
  release(): void;
}

/** A chunk of what a client has sent, and the descriptor that came with it; 'refused': it was closed, because too many are kept. */
export type ChunkListener = (chunk: Buffer, file: ReceivedFile | 'refused' | null) => void;

/** A client of the daemon that can send descriptors along. */
export interface GatewayClient extends UpstartClient {
  /** As the method `emit`, with the descriptor `file`. */
  emitWithFile(params: Params<'emit'>, file: number): Promise<unknown>;
}

/** A connection that is read together with the descriptors that come over it. */
export interface FileStream {
  resume(): void;
  /** Messages that are being read still arrive. */
  pause(): void;
}

export interface GatewayHost {
  /** A client of the daemon for one caller. `privileged`: it may change things, and read the variables of all events. */
  client(privileged: boolean): GatewayClient;
  /** Whether descriptors of clients on private sockets can be received. */
  readonly takesFiles: boolean;
  /** Whether those that come over this connection to a bus can. */
  canReadFiles(socket: Socket): Promise<boolean>;
  /** Reads the socket in place of Node from now on. It is destroyed when the other side has ended. */
  readFiles(socket: Socket, listener: ChunkListener): FileStream;
  log(priority: LogPriority, text: string): void;
}
