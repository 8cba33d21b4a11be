/** Processes that live beside their job, or after it. */
import type { UnsupervisedProcess } from '@upstart/protocol';
import { printable } from './colour.ts';

/** Which process it is, and that it does not end with the job. `failed`: the job has failed, maybe because of it. */
export function unsupervisedLine({ pid, instance, command, old }: UnsupervisedProcess, failed: boolean): string {
  const of = instance === '' ? '' : ` of (${printable(instance)})`;
  const process = `process ${pid}${of}${command === null ? '' : ` (${printable(command)})`}`;
  if (!old) return `beside it: ${process} runs, too; init does not supervise it and does not end it`;
  const harm = failed ? ', and it may hold what the job needs, such as a port' : '';
  return `left behind: ${process} has outlived its run; init does not supervise it and does not end it${harm}`;
}
