/** udevadm(8), which receives the messages of udev: Node has no netlink sockets. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { textOf } from '../../errors.ts';

export type Udevadm = ChildProcessByStdio<null, Readable, null>;

type Env = Readonly<Record<string, string | undefined>>;

/** It is part of systemd or eudev; /sbin is where old distributions have it. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Ends udevadm with this process, however that ends: by itself it would stay until the next message. */
const BOUND = ['setpriv', '--pdeathsig', 'TERM'];

export const ENDED_WELL = 'ended';

/** Whether there is a udevadm. */
export function hasUdevadm({ PATH = USUAL_PATH }: Env): boolean {
  return PATH.split(':').some((folder) => existsSync(join(folder, 'udevadm')));
}

/** `isBound`: it ends with this process, where there is a setpriv(1) of util-linux. Rejects where it cannot be run. */
export async function startUdevadm(words: readonly string[], env: Env, isBound: boolean): Promise<Udevadm> {
  if (!hasUdevadm(env)) throw new Error('no udevadm here');
  try {
    return await run([...(isBound ? BOUND : []), 'udevadm', ...words], env);
  } catch (error) {
    if (isBound && (error as NodeJS.ErrnoException).code === 'ENOENT') return startUdevadm(words, env, false);
    throw new Error(`Unable to run udevadm: ${textOf(error)}`);
  }
}

async function run([program = '', ...words]: readonly string[], { PATH = USUAL_PATH }: Env): Promise<Udevadm> {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH } });
  await once(child, 'spawn');
  return child;
}

/** How it ends, as a text. */
export async function endOf(udevadm: Udevadm): Promise<string> {
  const [status, signal] = (await once(udevadm, 'close')) as [number | null, string | null];
  return status === 0 ? ENDED_WELL : signal === null ? `ended with status ${status}` : `was ended by ${signal}`;
}
