/** The targets of logs: whether they take what jobs output. */
import type { LogTargetStatus } from '@upstart/protocol';
import { type Check, type Finding, ok, problem, warning } from './finding.ts';

export const logTargets: Check = {
  name: 'targets',
  run: ({ init }) => (init?.logTargets ?? []).map(findingOn),
};

function findingOn({ name, state, reason, sentLines, droppedBytes, backlogBytes }: LogTargetStatus): Finding {
  const dropped = droppedBytes === 0 ? '' : `; ${droppedBytes} bytes were dropped`;
  if (state === 'failed') return problem(`${name}: ${reason}`, 'correct the target, in upstart.conf or in the job');
  if (state === 'off') return warning(`${name}: ${reason}`, 'start init without --no-log');
  if (state === 'starting') return ok(`${name} is about to be served`);
  if (state === 'retrying')
    return warning(
      `${name}: ${reason}; ${backlogBytes} bytes wait${dropped}`,
      'it is tried again, less and less often',
    );
  const text = `${name} has taken ${sentLines} lines${dropped}`;
  return droppedBytes === 0 ? ok(text) : warning(text, 'see the log of init; `queue=` of the target is the bound');
}
