/** The first contact of a command with the servers of the cluster. */
import type { Cluster } from './load.ts';

type Connection = InstanceType<Cluster['ClusterConnection']>;

/** How long the servers may take to be reached. */
const CONNECT_MS = 10_000;
/** A command says itself what is wrong. */
export const SILENT = { info: () => {}, warn: () => {} };

/** What the servers, which were reached, do not do: `otherwise` follows from it. */
export async function answered<T>({ conf }: Connection, answer: Promise<T>, otherwise: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new Error(`cluster ${conf.cluster} at ${conf.servers.join(', ')}: ${(error as Error).message}; ${otherwise}`);
  }
}

/** `otherwise`: what follows from there being no contact, such as `nothing was sent`. */
export async function contact(connection: Connection, otherwise: string): ReturnType<Connection['nats']> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const servers = connection.conf.servers.join(', ');
      reject(new Error(`no connection to ${servers}: ${connection.reason ?? 'no answer'}; ${otherwise}`));
    }, CONNECT_MS);
  });
  try {
    return await Promise.race([connection.nats(), late]);
  } finally {
    clearTimeout(timer);
  }
}
