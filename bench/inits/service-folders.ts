/** The folders that runit and s6 have their services in: one each, with a script `run`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobName, type Workload } from './init.ts';

/** Returns the folder of them all. A service whose folder has a file `down` is not started by itself. */
export function writeServices(folder: string, { count, command, autostart }: Workload): string {
  const services = join(folder, 'services');
  mkdirSync(services);
  for (let i = 1; i <= count; i++) {
    const service = join(services, jobName(i));
    mkdirSync(service);
    writeFileSync(join(service, 'run'), `#!/bin/sh\nexec ${command.join(' ')}\n`, { mode: 0o755 });
    if (!autostart) writeFileSync(join(service, 'down'), '');
  }
  return services;
}
