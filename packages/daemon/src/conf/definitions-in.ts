/** Reads folders of job files once, for tools that need no init. */
import type { JobDefinition } from '@upstart/job-language';
import { Configuration } from './configuration.ts';

/** The jobs that these folders define; the first folder has precedence. Adds the errors of their files to `warnings`. */
export function definitionsIn(sources: readonly string[], warnings: string[]): JobDefinition[] {
  const found = new Map<string, JobDefinition>();
  const configuration = new Configuration({
    sources,
    debug: false,
    watch: false,
    watcher: null,
    onChange: (name, definition) => (definition ? found.set(name, definition) : found.delete(name)),
    onError: (error) => warnings.push(String(error)),
    onLog: (level, text) => {
      if (level === 'warn' || level === 'error') warnings.push(text);
    },
  });
  configuration.load();
  configuration.close();
  return [...found.values()];
}
