/** Which targets of logs are wanted, by upstart.conf and by jobs. */
import { type JobDefinition, NO_TARGET, namedLogTarget } from '@upstart/job-language';

/** Their names, each once: those of upstart.conf first. */
export function wantedTargets(given: readonly string[], definitions: Iterable<JobDefinition>): Set<string> {
  const names = new Set<string>();
  for (const text of given) {
    const target = namedLogTarget(text);
    if (typeof target !== 'string') names.add(target.name);
  }
  for (const { logTo } of definitions) for (const name of logTo) if (name !== NO_TARGET) names.add(name);
  return names;
}
