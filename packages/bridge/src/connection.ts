/** The connection to init: which one, and the texts where there is none (reference: bridges §1.2). */
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import {
  type AddressEnv,
  type Client,
  connect,
  controlSocket,
  initIdentity,
  KeyedClient,
  parseDBusAddress,
  type UpstartClient,
} from '@upstart/protocol';
import { textOf } from './errors.ts';
import { startTicks } from './process-start.ts';

/** The name by which the original reaches process 1. */
const SYSTEM_ADDRESS = '/com/ubuntu/upstart';
const ABSTRACT = 'unix:abstract=';
const PREFIX = 'Unable to connect to Upstart: ';

export interface Connected {
  readonly client: UpstartClient;
  /** The pid of init. */
  readonly initPid: number;
  /** Tells it from others, of other boots, too. */
  readonly initId: string;
  /** The folder of its sockets. */
  readonly runFolder: string;
}

/** `isUnset`: the text of a variable that is not there. Rejects with the text of the original. */
export async function connectToInit(
  program: string,
  isSession: boolean,
  env: AddressEnv,
  isUnset: string,
): Promise<Connected> {
  const { UPSTART_SESSION: address } = env;
  if (isSession && address === undefined) throw new Error(isUnset);
  try {
    if (isSession && address === '') throw new Error("Empty address ''");
    const path = controlSocket(isSession ? 'user' : 'system', env);
    const client: Client = await connect({ path, client: program, endsWithInit: true });
    const { pid } = client.hello;
    return { client: new KeyedClient(client, randomUUID()), initPid: pid, initId: idOf(pid), runFolder: dirname(path) };
  } catch (error) {
    throw new Error(`Could not connect to Upstart: ${reason(textOf(error), isSession ? address : undefined)}`);
  }
}

function idOf(pid: number): string {
  const { pidNamespace, boot } = initIdentity(pid);
  // Its start tells it from an earlier init with this pid.
  return [boot, pidNamespace, pid, startTicks(pid) ?? ''].join(' ');
}

/** Addresses that are none of ours are refused with the text of libdbus, and so is process 1. */
function reason(text: string, address: string | undefined): string {
  const why = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
  if (address === undefined)
    return why.replace(
      /socket \S+control\.sock: (?:No such file or directory|Connection refused)$/,
      `socket ${SYSTEM_ADDRESS}: Connection refused`,
    );
  if (!address.startsWith(ABSTRACT) || parseDBusAddress(address)) return why;
  return `Failed to connect to socket ${address.slice(ABSTRACT.length)}: Connection refused`;
}
