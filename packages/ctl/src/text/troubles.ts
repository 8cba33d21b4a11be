/** Troubles as text: each root cause, and below it the jobs that wait because of it. */
import type { RootCause, Troubles, WaitingJobs } from '@upstart/protocol';
import { type Palette, printable } from './colour.ts';

/** The most names on a line. */
const MAX_NAMES = 8;

export function troubleLines({ causes, dropped, notes = [] }: Troubles, colour: Palette): string[] {
  const told = notes.map((note) => colour.busy(printable(note)));
  const lines = [...causes.flatMap((cause) => causeLines(cause, colour)), ...told];
  return dropped === 0 ? lines : [...lines, `and ${dropped} more, which \`upstart ps\` shows`];
}

function causeLines({ kind, text, waiting, affected }: RootCause, colour: Palette): string[] {
  const isFault = kind === 'broken' || kind === 'failed' || kind === 'flapping';
  const tint = isFault ? colour.bad : colour.busy;
  const shown = waiting.reduce((sum, { count }) => sum + count, 0);
  return [
    tint(printable(text)),
    ...waiting.map((group) => `  ${waitingLine(group)}`),
    ...(shown < affected ? [`  and ${affected - shown} more wait`] : []),
  ];
}

/** ``web, worker wait for `started db` ``. */
function waitingLine({ for: wanted, jobs, count }: WaitingJobs): string {
  const names = jobs.slice(0, MAX_NAMES).map(printable).join(', ');
  const more = count - Math.min(jobs.length, MAX_NAMES);
  return `${names}${more > 0 ? ` and ${more} more` : ''} ${count === 1 ? 'waits' : 'wait'} for ${printable(wanted)}`;
}
