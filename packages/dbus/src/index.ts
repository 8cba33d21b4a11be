/**
 * The gateway from the D-Bus objects of `com.ubuntu.Upstart0_6` to the native protocol, and the way back, for commands that go over a bus.
 * The daemon loads it when the first D-Bus client comes, a command when it needs a bus.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { connectToBus } from './address/connect-to-bus.ts';
import { BusConnection, type BusParts } from './bus-connection.ts';
import { BusCaller, type BusEvents } from './client/bus-caller.ts';
import { PeerConnection, type PeerParts } from './peer-connection.ts';

export type { BusCaller, BusSignal } from './client/bus-caller.ts';
export { clientOnBus } from './client/client-on-bus.ts';

/** Names this server to its clients. */
const guid = randomBytes(16).toString('hex');

/** Serves a client on a private socket, whose user the kernel has named and the daemon has admitted. */
export function servePeer(socket: Socket, parts: PeerParts): void {
  new PeerConnection(socket, parts, guid);
}

/** Connects to the bus at `address` for its signals. Rejects with the reason. */
export async function listenToBus(address: string, events: BusEvents): Promise<BusCaller> {
  return BusCaller.open(await connectToBus(address, null), process.geteuid?.() ?? 0, 'org.freedesktop.DBus', events);
}

/** Joins the bus at the other end of `socket`; resolves when init has its name there. Rejects with the reason. */
export async function joinBus(socket: Socket, parts: BusParts): Promise<BusConnection> {
  const bus = new BusConnection(socket, parts);
  await bus.join();
  return bus;
}
