/** Messages of sd_notify(3): lines of `KEY=VALUE`. */
import type { JobDefinition } from '@upstart/job-language';
import type { NotifySpec } from '../../supervisor/process-messages.ts';
import { isOwnCgroup } from '../processes/cgroups.ts';

/** The most characters of a STATUS that are kept. */
export const MAX_STATUS = 200;

/** Characters that a terminal may take for a command, or that change the direction of text. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\uFFFD]+/gu;
const LINE = /^([A-Z][A-Z0-9_]*)=(.*)$/s;

/** Its assignments, in order; other lines are skipped. */
export function* assignments(message: string): Generator<[key: string, value: string]> {
  for (const line of message.split('\n')) {
    const [, key, value] = LINE.exec(line) ?? [];
    if (key !== undefined && value !== undefined) yield [key, value];
  }
}

/** A STATUS on one line, without control characters; undefined: there is nothing in it. */
export function statusText(value: string): string | undefined {
  const characters = [...value.replace(CONTROL, ' ').trim()];
  if (characters.length <= MAX_STATUS) return characters.join('') || undefined;
  return `${characters.slice(0, MAX_STATUS - 1).join('')}…`;
}

/** A decimal number from 0 on, at most `max`; null: it is none. */
export function decimal(value: string, max: number): number | null {
  return /^[0-9]{1,20}$/.test(value) ? Math.min(Number(value), max) : null;
}

/** Where the main process says that it is ready, and more; undefined: nowhere. */
export function notifySpec(
  { expect, expectFd, notifyAccess, watchdogMs, cgroups }: JobDefinition,
  { jobCgroups }: { jobCgroups: boolean },
): NotifySpec | undefined {
  if (expect === 'fd') return { fd: expectFd };
  if (expect !== 'notify' && notifyAccess === null && watchdogMs === 0) return undefined;
  return { access: notifyAccess ?? 'main', ownGroups: jobCgroups || cgroups.some(isOwnCgroup) };
}
