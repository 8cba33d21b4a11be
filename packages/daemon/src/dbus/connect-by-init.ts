/** Connects to a socket as init, so that the program at the other end sees the process that users know, not its daemon. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import type { Supervisor } from '../supervisor/supervisor.ts';

/** The descriptor of the helper that is the socket. */
const SOCKET_FD = 4;

/**
 * Connects to the socket at `place`; behind `@` it is an abstract name. `maker` is the helper program that makes a socket, which the
 * supervisor connects, and hands it to this process. Rejects with a system error.
 */
export async function connectByInit(supervisor: Supervisor, maker: string, place: string): Promise<Socket> {
  const child = spawn(maker, [], { stdio: ['pipe', 'pipe', 'ignore', 'ipc'], env: {} });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`${maker} ended with ${status}`)));
  });
  ended.catch(() => {});
  try {
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ended]);
    const errno = await Promise.race([supervisor.connectSocket(child.pid as number, SOCKET_FD, place), ended]);
    if (errno !== 0) throw systemError(errno);
    const socket = new Promise<Socket>((resolve) => {
      child.once('message', (_, handle) => resolve(handle as Socket));
    });
    child.stdin?.end();
    return await Promise.race([socket, ended]);
  } finally {
    child.kill('SIGKILL');
  }
}

function systemError(errno: number): Error {
  const [code, text] = getSystemErrorMap().get(-errno) ?? [String(errno), `error ${errno}`];
  return Object.assign(new Error(text), { code, errno: -errno });
}
