/** Whether the output of jobs can be kept. */
import { join } from 'node:path';
import { type Check, ok } from './finding.ts';
import { spaceFindings } from './space.ts';

export const logs: Check = {
  name: 'logs',
  run({ session, env, init }) {
    if (init === null || (!session && process.getuid?.() !== 0)) return [];
    if (init.logFolder === null) return [ok('init writes no logs of jobs (--no-log)')];
    const usual = session ? join(env.XDG_CACHE_HOME || join(env.HOME ?? '/', '.cache'), 'upstart') : '/var/log/upstart';
    const folder = init.logFolder ?? usual;
    return spaceFindings('the folder of logs', folder, 'output of jobs would be dropped');
  },
};
