/** Thousands of requests with keys on one connection that its client does not read; the daemon is killed. Repeated requests have one effect. */
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLIENT_LIMITS, DAEMON_LIMITS, encodeFrame, FrameDecoder } from '../../packages/protocol/src/index.ts';
import { childrenOf, commandLineOf } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { Attack, HELLO, WATCH } from './attack.ts';
import { SessionInit } from './session-init.ts';

/** More than were ever kept, and more answers than a socket's buffer holds. */
const REQUESTS = 14_000;

let session: SessionInit;
beforeAll(async () => {
  session = await SessionInit.start({ jobs: { web: 'exec sleep 1000\n' } });
});
afterAll(async () => {
  await session?.end();
  session?.remove();
});

const daemonOf = (init: number): number | undefined =>
  childrenOf(init).find((pid) => commandLineOf(pid).includes('daemon.js'));

function emit(index: number): Buffer {
  const params = { name: 'tick', env: [`N=${index}`], wait: false };
  return encodeFrame({ id: index + 1, method: 'emit', params, key: `key-${index}` }, CLIENT_LIMITS);
}

/** Hands each frame that comes to `take`. */
function read(socket: Socket, take: (message: { id?: number; notification?: { env?: string[] } }) => void): void {
  const decoder = new FrameDecoder(DAEMON_LIMITS);
  socket.on('data', (chunk: Buffer) => decoder.push(chunk, (message) => take(message as { id?: number })));
}

it('are carried out once', async () => {
  const carriedOut: string[] = [];
  const watch = async (clients: Attack): Promise<void> => {
    const watcher = await clients.dial(HELLO, WATCH);
    await new Promise<void>((resolve) =>
      read(watcher, ({ id, notification }) => {
        if (id === 2) resolve();
        const [variable] = notification?.env ?? [];
        if (variable?.startsWith('N=')) carriedOut.push(variable);
      }),
    );
  };
  const daemon = daemonOf(session.pid) as number;
  const before = new Attack('repeated requests', session.socket, daemon);
  await watch(before);
  const silent = await before.dial(HELLO);
  const all = Array.from({ length: REQUESTS }, (_, index) => index);
  silent.pause();
  silent.write(Buffer.concat(all.map(emit)));
  await eventually('they are carried out', () => carriedOut.length === REQUESTS);

  process.kill(daemon, 'SIGKILL');
  const answered = new Set<number>();
  read(silent, ({ id }) => {
    if (id) answered.add(id - 1);
  });
  await new Promise((resolve) => silent.once('close', resolve).resume());
  const missing = all.filter((index) => !answered.has(index));
  expect(missing.length, 'the buffer of a socket cannot hold all answers').toBeGreaterThan(0);

  await eventually('the next daemon answers', async () => (await session.run('initctl', 'version')).status === 0);
  const after = new Attack('repeated requests', session.socket, daemonOf(session.pid) as number);
  await watch(after);
  const again = await after.dial(HELLO);
  const answers = new Set<number>();
  const repeated = new Promise<void>((resolve) =>
    read(again, ({ id }) => {
      if (id) answers.add(id - 1);
      if (answers.size === missing.length) resolve();
    }),
  );
  again.write(Buffer.concat(missing.map(emit)));
  await repeated;
  // Notifications come in order: the last event is behind anything that was carried out again.
  await session.run('initctl', 'emit', 'tick', 'N=last');
  await eventually('the last event', () => carriedOut.at(-1) === 'N=last');
  expect(carriedOut).toHaveLength(REQUESTS + 1);
  expect(new Set(carriedOut).size).toBe(REQUESTS + 1);
  before.end();
  after.end();
});
