/** runit: runsvdir and a runsv for each service. It starts a service anew at once only if it ran for a second. */
import { join } from 'node:path';
import { type Init, jobName, jobNames } from './init.ts';
import { findProgram, missingProgram, peerEnvironment } from './peer-programs.ts';
import { writeServices } from './service-folders.ts';

export const RUNIT: Init = {
  name: 'runit',
  kind: 'peer',
  settle: 1100,
  missing: () => missingProgram('runsvdir', 'runsv', 'sv'),
  lacks: ['runTasks', 'reload'],
  setUp(folder, workload) {
    const services = writeServices(folder, workload);
    const sv = findProgram('sv') ?? '';
    const at = (job: string): string => join(services, job);
    const last = workload.count > 0 ? at(jobName(workload.count)) : services;
    return {
      daemon: [findProgram('runsvdir') ?? '', services],
      env: peerEnvironment(),
      sessionFile: null,
      probe: workload.count > 0 ? [sv, 'status', last] : ['true'],
      endSignal: 'SIGHUP',
      commands: {
        status: (job) => [sv, 'status', at(job)],
        list: () => [sv, 'status', ...jobNames(workload.count).map(at)],
        start: (job) => [sv, '-w', '60', 'start', at(job)],
        stop: (job) => [sv, '-w', '60', 'stop', at(job)],
        startAll: (count) => [sv, '-w', '60', 'start', ...jobNames(count).map(at)],
        stopAll: (count) => [sv, '-w', '60', 'stop', ...jobNames(count).map(at)],
      },
    };
  },
};
