/** Ports without a listener, for servers of tests. */
import { createServer } from 'node:net';

/** Below those that the kernel gives to clients and to servers that ask for any (32768 and above): nobody gets one by chance meanwhile. */
const FIRST = 20_000;
const COUNT = 12_000;
/** Of processes with neighbouring pids, which run tests at one time, each begins at ports of its own. */
const APART = 101;

let turn = process.pid * APART;

/** A port of the address `host` that has no listener, another one at each call. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let left = COUNT; left > 0; left--) {
    const port = FIRST + (turn++ % COUNT);
    if (await isFree(port, host)) return port;
  }
  throw new Error(`no port of ${host} is free`);
}

function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
