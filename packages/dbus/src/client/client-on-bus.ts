/** Which bus a command goes over, and how it gets there (reference: control §1). */
import { existsSync } from 'node:fs';
import { ConnectionError, type UpstartClient } from '@upstart/protocol';
import { connectToBus, SYSTEM_BUS } from '../address/connect-to-bus.ts';
import { BusCaller } from './bus-caller.ts';
import { BusClient } from './bus-client.ts';

export type BusName = 'system' | 'session';

export interface BusPlace {
  readonly bus: BusName;
  /** The name under which init is known there. */
  readonly destination: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * A client of the init behind that name. `native` connects to the init by its own socket, for what D-Bus does not have. Rejects with a
 * `ConnectionError`.
 */
export async function clientOnBus(place: BusPlace, native: () => Promise<UpstartClient>): Promise<UpstartClient> {
  return new BusClient(await connect(place), native);
}

async function connect({ bus, destination, env }: BusPlace): Promise<BusCaller> {
  try {
    const address = bus === 'system' ? env.DBUS_SYSTEM_BUS_ADDRESS || SYSTEM_BUS : sessionBus(env);
    return await BusCaller.open(await connectToBus(address, null), process.geteuid?.() ?? 0, destination);
  } catch (error) {
    throw new ConnectionError(`Unable to connect to ${bus} bus: ${(error as Error).message}`);
  }
}

function sessionBus({ DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: runtime = '' }: BusPlace['env']): string {
  if (address) return address;
  const socket = `${runtime}/bus`;
  if (runtime.startsWith('/') && existsSync(socket)) return `unix:path=${socket}`;
  throw new Error('DBUS_SESSION_BUS_ADDRESS is not set');
}
