/** The hosts that have the places of one lease, each once, as text: `a, b (2 places)`. */
export function withPlaces(hosts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const host of hosts) counts.set(host, (counts.get(host) ?? 0) + 1);
  return [...counts].map(([host, count]) => (count === 1 ? host : `${host} (${count} places)`)).join(', ');
}
