import { type JobDefinition, type Probe, probeAddress } from '@upstart/job-language';
import type { JobConfig } from '@upstart/protocol';

/** A definition in the form in which clients get it. */
export function jobConfig(definition: JobDefinition): JobConfig {
  const { name, path, description, author, version, usage, emits, startOn, stopOn, restartOn, reloadOn } = definition;
  const { ready, check, cluster, emitsCluster, logTo, logLabels } = definition;
  return {
    job: name,
    path,
    description: description ?? '',
    author: author ?? '',
    version: version ?? '',
    usage,
    emits,
    emitsCluster,
    startOn,
    stopOn,
    restartOn,
    reloadOn,
    ready: ready.map(probeStanza),
    check: check.map(probeStanza),
    cluster,
    logTo,
    logLabels,
  };
}

/** `http http://localhost:8080/healthz` */
function probeStanza(probe: Probe): string {
  return `${probe.kind} ${probe.kind === 'log' ? probe.pattern : probeAddress(probe)}`;
}
