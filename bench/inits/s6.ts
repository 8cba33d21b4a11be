/** s6: s6-svscan and an s6-supervise for each service, which starts one anew at once only if it ran for a second. */
import { join } from 'node:path';
import { type Init, jobName } from './init.ts';
import { findProgram, missingProgram, peerEnvironment } from './peer-programs.ts';
import { writeServices } from './service-folders.ts';

export const S6: Init = {
  name: 's6',
  kind: 'peer',
  settle: 1100,
  missing: () => missingProgram('s6-svscan', 's6-supervise', 's6-svc', 's6-svstat'),
  lacks: ['list', 'startAll', 'stopAll', 'runTasks', 'reload'],
  setUp(folder, workload) {
    const services = writeServices(folder, workload);
    const at = (job: string): string => join(services, job);
    const svc = findProgram('s6-svc') ?? '';
    const svstat = findProgram('s6-svstat') ?? '';
    return {
      daemon: [findProgram('s6-svscan') ?? '', '-c', String(Math.max(10, workload.count * 2)), services],
      env: peerEnvironment(),
      sessionFile: null,
      probe: workload.count > 0 ? [svstat, at(jobName(workload.count))] : ['test', '-d', join(services, '.s6-svscan')],
      endSignal: 'SIGTERM',
      commands: {
        status: (job) => [svstat, at(job)],
        start: (job) => [svc, '-wu', '-u', at(job)],
        stop: (job) => [svc, '-wD', '-d', at(job)],
      },
    };
  },
};
