/** Ports without a listener, for servers of tests. */
import { createServer, type ListenOptions } from 'node:net';

/** Below those that the kernel gives to clients and to servers that ask for any (32768 and above): nobody gets one by chance meanwhile. */
const FIRST = 20_000;
const COUNT = 12_000;
/** Processes with neighbouring pids, which run tests at one time, begin at ports of their own. */
const APART = 101;

let turn = process.pid * APART;

/** A port of the address `host` that has no listener, and that no other call gets, of any process, as long as this one lives. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let left = COUNT; left > 0; left--) {
    const port = FIRST + (turn++ % COUNT);
    if ((await isClaimed(port)) && (await isFree(port, host))) return port;
  }
  throw new Error(`no port of ${host} is free`);
}

/** Whether the port is this process's from now on: at the abstract address that stands for it one process can listen. */
const isClaimed = (port: number): Promise<boolean> => listens({ path: `\0upstart-tests-port-${port}` }, false);

const isFree = (port: number, host: string): Promise<boolean> => listens({ port, host }, true);

/** Whether there was nobody who listens there. */
function listens(place: ListenOptions, isToEnd: boolean): Promise<boolean> {
  const server = createServer().unref();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(place, () => (isToEnd ? server.close(() => resolve(true)) : resolve(true)));
  });
}
