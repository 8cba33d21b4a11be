/** Compares the notes of processes about themselves with the logs and the status of init. */
import { eventually } from '../eventually.ts';
import type { Session } from './session.ts';

/** Throws unless the index of the log covers it from its start on, and has a stamp for the first line of each process. */
function checkStamps(session: Session, name: string): void {
  const lines = session.log(name);
  if (lines.length === 0) return;
  const stamps = session.stamps(name);
  const offsets = new Set(stamps.map(({ offset }) => offset));
  for (const [at, { offset }] of stamps.entries())
    if (at > 0 && offset <= (stamps[at - 1]?.offset ?? 0)) throw new Error(`${name}: stamps are out of order`);
  const seen = new Set<string>();
  let begin = 0;
  for (const line of lines) {
    const [pid = ''] = line.split(' ');
    if (!seen.has(pid) && !offsets.has(begin))
      throw new Error(`${name}: the first line of process ${pid} has no stamp`);
    seen.add(pid);
    begin += line.length + 2;
  }
}

/** How many lines of each process the log has, by its pid; throws where one is missing between others. */
function linesOf(session: Session, name: string): Map<number, number> {
  const seen = new Map<number, number>();
  for (const line of session.log(name)) {
    const [pid = 0, number = 0] = line.split(' ').map(Number);
    const expected = (seen.get(pid) ?? 0) + 1;
    if (number !== expected)
      throw new Error(`${name}: process ${pid} has line \`${line}\` where ${expected} should be`);
    seen.set(pid, number);
  }
  return seen;
}

/**
 * Throws unless the log of a stopped job of `logger.pl` has every line once and in order. Init waits for the last ones, but not for long: the
 * logger may still write them.
 */
export async function checkLog(session: Session, name: string): Promise<void> {
  // The machine had no terminals left, which init logs: then the job has no log.
  if (session.said.includes('Failed to create pty')) return;
  const starts = session.noted(name, 'starts');
  const isComplete = (): boolean => {
    const seen = linesOf(session, name);
    return starts.every((pid) => (seen.get(pid) ?? 0) >= session.linesWritten(name, pid));
  };
  // The check itself says what is missing.
  await eventually(`the log of ${name} is complete`, isComplete).catch(() => {});
  const seen = linesOf(session, name);
  for (const pid of starts) {
    const [written, logged] = [session.linesWritten(name, pid), seen.get(pid) ?? 0];
    // It was killed before it could count the last one.
    if (logged !== written && logged !== written + 1) {
      throw new Error(`${name}: process ${pid} wrote ${written} lines, of which ${logged} are in the log`);
    }
  }
  checkStamps(session, name);
}
