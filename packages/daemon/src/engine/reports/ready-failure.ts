/** A start that has failed because its main process was not ready. */
import { secondsInWords } from '@upstart/common';
import { changeGoal } from '../lifecycle/lifecycle.ts';
import type { Context } from '../model/context.ts';
import type { InstanceState } from '../model/state.ts';
import { awaitedWords } from '../readiness/words.ts';
import { fail } from './failure.ts';

/** The ready timeout has passed, or it can never be ready: the start has failed, whether or not the job respawns. */
export function readyTimeoutPassed(context: Context, instance: InstanceState, isLate: boolean): void {
  const { definition } = context.classOf(instance);
  const { readyTimeoutMs } = definition;
  const wait = openWait(instance);
  if (isLate && wait) {
    wait.timer = context.arm(readyTimeoutMs, { kind: 'ready', instance: instance.id });
    return;
  }
  for (const words of awaitedWords(definition, instance)) instance.hints.push(`never came: ${words}`);
  const text = instance.notify?.awaited?.isClosed
    ? `main process closed descriptor ${definition.expectFd} without a newline (\`expect fd\`)`
    : `main process was not ready within ${secondsInWords(readyTimeoutMs)} (\`ready timeout\`)`;
  context.logAbout(instance, 'warn', `${context.display(instance)} ${text}`, { slot: 'main' });
  fail(context, instance, { slot: 'ready', status: 0, text, process: instance.processes.main });
  instance.cause = `because its ${text}`;
  changeGoal(context, instance, 'stop', { kind: 'timer' });
}

/** The wait for the process to be ready; undefined when it can never be. */
function openWait({ notify, readiness }: InstanceState): { timer: number } | undefined {
  if (notify?.awaited) return notify.awaited.isClosed ? undefined : notify.awaited;
  return readiness?.pending.some(({ fault }) => fault !== undefined) ? undefined : readiness;
}
