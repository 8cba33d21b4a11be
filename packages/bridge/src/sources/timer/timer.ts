/** The source `timer`: emits `timer` for conditions such as `timer EVERY=5m` (reference: timers). */
import { hostname } from 'node:os';
import { parseTimer, TIMER_EVENT, type TimerFault } from '@upstart/job-language';
import { spreadMs } from '@upstart/timers';
import type { Operand, OperandChanges, RunningSource, Source, SourceContext } from '../../source.ts';
import { Ledger } from './ledger.ts';
import { recordPlaces } from './records.ts';
import { type DueTurn, type Reading, type Timer, Timetable } from './timetable.ts';

/** So often the clock is looked at: the kernel wakes no timer of Node's when the clock is set or the machine has slept. */
export const LOOK_MS = 60_000;

export const timer: Source = {
  name: 'timer',
  isMine: (event) => event === TIMER_EVENT,
  start: (context) => new Timers(context),
};

class Timers implements RunningSource {
  readonly #context: SourceContext;
  readonly #table: Timetable;
  readonly #ledger: Ledger;
  /** How many operands each timer is for. */
  readonly #users = new Map<string, number>();
  #cancel: () => void = () => {};

  constructor(context: SourceContext) {
    this.#context = context;
    const now = this.#now();
    this.#table = new Timetable(now);
    this.#ledger = new Ledger(recordPlaces(context), context.log, now.wallMs);
  }

  follow({ added, removed }: OperandChanges): void {
    const now = this.#now();
    this.#emit(this.#table.pass(now), now.wallMs);
    for (const operand of removed) this.#leave(operand);
    for (const operand of added) this.#join(operand, now);
    this.#look();
  }

  stop(): void {
    this.#cancel();
    this.#ledger.close();
  }

  #now(): Reading {
    const { clock } = this.#context;
    return { wallMs: clock.nowMs(), upMs: clock.upMs() };
  }

  #join(operand: Operand, now: Reading): void {
    const found = timerOf(operand);
    if ('text' in found) {
      this.#context.log.warn(faultText(operand, found));
      return;
    }
    const users = this.#users.get(found.key) ?? 0;
    this.#users.set(found.key, users + 1);
    if (users > 0) return;
    this.#table.add(found, this.#ledger.doneBefore(found, now.wallMs));
    const { job, spec } = found;
    if (this.#table.hasTurn(found.key)) this.#context.log.debug(`${job ?? 'all jobs'}: ${operandText(operand)}`);
    else
      this.#context.log.warn(
        `${operand.job}: \`${operandText(operand)}\` is never due: there is no such day${spec.zone === null ? '' : ` in ${spec.zone}`}`,
      );
  }

  #leave(operand: Operand): void {
    const found = timerOf(operand);
    if ('text' in found) return;
    const users = (this.#users.get(found.key) ?? 0) - 1;
    if (users > 0) {
      this.#users.set(found.key, users);
      return;
    }
    this.#users.delete(found.key);
    this.#table.delete(found.key);
    this.#ledger.forget(found);
  }

  /** Emits what is due, and waits for the next turn. */
  #look(): void {
    this.#cancel();
    const now = this.#now();
    this.#emit(this.#table.pass(now), now.wallMs);
    this.#ledger.seen(now.wallMs);
    const nextMs = this.#table.nextMs();
    if (nextMs === null) return;
    const delayMs = Math.min(Math.max(nextMs - now.wallMs, 1), LOOK_MS);
    this.#cancel = this.#context.clock.after(delayMs, () => this.#look());
  }

  #emit(turns: readonly DueTurn[], nowMs: number): void {
    for (const { timer: due, dueMs } of turns) {
      const args = [...due.args];
      const only = due.job === null ? { args } : { args, job: due.job };
      const at = new Date(dueMs).toISOString().replace(/\.\d+/, '');
      // The record comes after init has the event: a crash in between repeats a turn, and loses none.
      void this.#context.emit(TIMER_EVENT, [...args, `DUE=${at}`], { only }).then(() => this.#ledger.done(due, nowMs));
    }
  }
}

/** Jobs with the same words share a timer, unless each has turns of its own. */
function timerOf({ job, args }: Operand): Timer | TimerFault {
  const parsed = parseTimer(args);
  if ('fault' in parsed) return parsed.fault;
  const { spec } = parsed;
  if (spec.randomMs === 0 && !spec.isPersistent) {
    return { key: JSON.stringify(args), args, job: null, spec, spreadMs: 0 };
  }
  return {
    key: JSON.stringify([job, args]),
    args,
    job,
    spec,
    spreadMs: spreadMs(spec.randomMs, job, args, hostname()),
  };
}

function operandText({ stanza, event, args }: Operand): string {
  return [stanza, event, ...args].join(' ');
}

function faultText(operand: Operand, { text, meant }: TimerFault): string {
  const hint = meant === null ? '' : `; did you mean \`${meant}\`?`;
  return `${operand.job}: ignored \`${operandText(operand)}\`: ${text}${hint}`;
}
