import type { JobDefinition } from '@upstart/job-language';
import type { JobConfig } from '@upstart/protocol';

/** A definition in the form in which clients get it. */
export function jobConfig(definition: JobDefinition): JobConfig {
  const { name, path, description, author, version, usage, emits, startOn, stopOn, restartOn, reloadOn } = definition;
  return {
    job: name,
    path,
    description: description ?? '',
    author: author ?? '',
    version: version ?? '',
    usage,
    emits,
    startOn,
    stopOn,
    restartOn,
    reloadOn,
  };
}
