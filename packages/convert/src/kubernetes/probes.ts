/** Probes of a job as those of a container. */
import { type Probe, probeTarget } from '@upstart/job-language';

/** Null: there is no such probe. */
export function probeOf(probe: Probe): Record<string, unknown> | null {
  if (probe.kind === 'exec') return { exec: { command: ['/bin/sh', '-c', probe.command] } };
  if (probe.kind !== 'tcp' && probe.kind !== 'http') return null;
  const target = probeTarget(probe);
  if (typeof target === 'string' || target.kind === 'unix') return null;
  if (target.kind === 'tcp') return { tcpSocket: { port: target.port } };
  return { httpGet: { path: target.path, port: target.port } };
}
