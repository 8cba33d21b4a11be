/**
 * Recovery from an input that the engine could not apply, because of a bug of its own. The runner rebuilds the state before that
 * input and applies a `fault` instead (`replay.ts`). A fault costs only the client of the input, or the job that was being
 * processed: an input without a client is applied without that job.
 */
import { upstartError } from '@upstart/protocol';
import { replyError } from './model/blocking.ts';
import type { Context } from './model/context.ts';
import type { Fault, PlainInput } from './model/messages.ts';

/** The most jobs that are remembered with their faults. */
const MAX_FAULTY_JOBS = 100;

/** One line for the log. The content of a journal is not trusted. */
export function faultText({ input, job, reason, place }: Fault): string {
  const concerned = job === null ? '' : ` (job ${job})`;
  const where = place === '' ? '' : `; ${place}`;
  return `Unable to carry out ${inputText(input)}${concerned}, the state is as before: ${reason}${where}`;
}

function inputText(input: PlainInput): string {
  if (input.type === 'request') return `a request (${input.request.method})`;
  if (input.type === 'report') return `a report (${input.report?.type})`;
  return `an input (${input.type})`;
}

/** Logs the fault, and remembers it for explanations. */
export function noteFault(context: Context, fault: Fault): void {
  const { job, reason } = fault;
  context.log('error', faultText(fault), job === null ? {} : { job });
  if (job === null) return;
  context.state.faults ??= new Map();
  const { faults } = context.state;
  const count = (faults.get(job)?.count ?? 0) + 1;
  faults.delete(job);
  faults.set(job, { count, at: context.wallMs, text: reason });
  const [oldest] = faults.keys();
  if (oldest !== undefined && faults.size > MAX_FAULTY_JOBS) faults.delete(oldest);
}

/** The input is dropped: its client gets an error, and it is not repeated. */
export function giveUp(context: Context, input: PlainInput, reason: string): void {
  const { state } = context;
  if (input.type === 'request') {
    if (input.keep) state.asked.add(input.key);
    replyError(context, input.key, upstartError('internal', reason).toWire());
  } else if (input.type === 'report') {
    state.lastReport = Math.max(state.lastReport, input.report?.seq ?? 0);
  } else if (input.type === 'tick') {
    // Drops the due timers: the next input would fire them again.
    while (context.takeDue());
  }
}
