/** What is known of servers by their greeting. */
import type { ServerInfo } from '@nats-io/transport-node';

/** Major and minor number of the first that agree before they deliver or compare. */
const FIRST_SAFE = [2, 10] as const;

/**
 * Why events may be lost or come twice with these servers when one of them is killed; null: for no reason that is known. Several servers of
 * 2.9 deliver what they have not agreed on (docs/cluster.md, How it was tried).
 */
export function whyUnsafe({ version, cluster }: Pick<ServerInfo, 'version' | 'cluster'>): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isSafe = major > FIRST_SAFE[0] || (major === FIRST_SAFE[0] && minor >= FIRST_SAFE[1]);
  if (!cluster || isSafe) return null;
  return `its servers are nats-server ${version}, of which several may lose events, or deliver others, when one is killed: take ${FIRST_SAFE.join('.')} or later`;
}
