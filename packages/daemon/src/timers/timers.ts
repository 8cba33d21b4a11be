/** The timers of jobs, for clients (reference: timers §4). */
import { hostname } from 'node:os';
import { type Condition, conditionEvents } from '@upstart/common';
import { type JobDefinition, parseTimer, TIMER_EVENT } from '@upstart/job-language';
import type { TimerStatus } from '@upstart/protocol';
import type { ClassState } from '../engine/model/state.ts';
import { loadNextTurns } from './load.ts';

interface Operand {
  readonly job: string;
  readonly stanza: string;
  readonly args: readonly string[];
}

/** The timers of these jobs, the next one first, and those that are never due last. */
export async function timersOf(classes: Iterable<ClassState>, wallMs: number): Promise<TimerStatus[]> {
  const operands = [...classes].flatMap(({ definition }) => operandsOf(definition));
  if (operands.length === 0) return [];
  const { firstTurn, spreadMs } = await loadNextTurns();
  const machine = hostname();
  const timers = operands.map(({ job, stanza, args }): TimerStatus => {
    const timer = { job, stanza, args: [...args], due: null, next: null };
    const parsed = parseTimer(args);
    if ('fault' in parsed) return { ...timer, fault: parsed.fault.text };
    const turn = firstTurn(parsed.spec, spreadMs(parsed.spec.randomMs, job, args, machine), wallMs);
    return { ...timer, due: turn?.dueMs ?? null, next: turn?.startMs ?? null, fault: turn ? null : 'no such day' };
  });
  return timers.sort((a, b) => (a.next ?? Infinity) - (b.next ?? Infinity) || (a.job < b.job ? -1 : 1));
}

function operandsOf({ name: job, startOn, stopOn, restartOn, reloadOn }: JobDefinition): Operand[] {
  const conditions: [string, Condition | null][] = [
    ['start on', startOn],
    ['stop on', stopOn],
    ['restart on', restartOn],
    ['reload on', reloadOn],
  ];
  return conditions.flatMap(([stanza, condition]) =>
    condition === null
      ? []
      : [...conditionEvents(condition)].flatMap(({ name, args }) =>
          name === TIMER_EVENT ? [{ job, stanza, args }] : [],
        ),
  );
}
