/** Which targets of logs are wanted, by upstart.conf and by jobs. */
import { type JobDefinition, type NamedLogTarget, NO_TARGET, namedLogTarget } from '@upstart/job-language';

/** Their names, each once: those of upstart.conf first. */
export function wantedTargets(given: readonly string[], definitions: Iterable<JobDefinition>): Set<string> {
  const names = new Set(namedTargets(given).map(({ name }) => name));
  for (const { logTo } of definitions) for (const name of logTo) if (name !== NO_TARGET) names.add(name);
  return names;
}

/** The targets of upstart.conf, without those that have an error. */
export function namedTargets(given: readonly string[]): NamedLogTarget[] {
  return given.map(namedLogTarget).filter((target) => typeof target !== 'string');
}
