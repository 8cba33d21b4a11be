/** Restart= as `respawn` and `normal exit`: which ends of the main process start it again. */
import { signalNumber } from '@upstart/common';
import { lastOf, listOf, type Unit } from '../unit/unit-file.ts';

/** Ends that systemd calls clean besides status 0 (systemd.service(5)). */
const CLEAN = ['HUP', 'INT', 'TERM', 'PIPE'];
/** Signals that end a process, and are not clean. */
const UNCLEAN = [
  'QUIT',
  'ILL',
  'TRAP',
  'ABRT',
  'BUS',
  'FPE',
  'KILL',
  'USR1',
  'SEGV',
  'USR2',
  'ALRM',
  'XCPU',
  'XFSZ',
  'SYS',
];
const STATUSES = Array.from({ length: 255 }, (_, at) => String(at + 1));

/** By the value of Restart=: the ends after which the job stays down; null: it is no such value. */
const DOWN_AFTER: Readonly<Record<string, readonly string[]>> = {
  always: [],
  'on-success': [...STATUSES, ...UNCLEAN],
  'on-failure': ['0', ...CLEAN],
  'on-abnormal': ['0', ...STATUSES, ...CLEAN],
  'on-abort': ['0', ...STATUSES, ...CLEAN],
  'on-watchdog': ['0', ...STATUSES, ...CLEAN, ...UNCLEAN.filter((name) => name !== 'ABRT')],
};

/** Restart= by what it becomes, and how near that is. */
export const RESTARTS: Readonly<Record<string, string | null>> = {
  no: null,
  always: null,
  'on-failure': null,
  'on-success': 'failures that stay down count as normal exits',
  'on-abnormal': 'a failed exit, which stays down, counts as a normal one',
  'on-abort': 'a failed exit, which stays down, counts as a normal one; a timeout respawns as well',
  'on-watchdog': 'every end by SIGABRT respawns; a failed exit counts as a normal one',
};

export interface Exits {
  readonly respawn: boolean;
  /** Words of `normal exit`. */
  readonly normal: readonly string[];
  /** Words of systemd that no job file has. */
  readonly unknown: readonly string[];
}

export function exitsOf(unit: Unit): Exits {
  const restart = lastOf(unit, 'Service', 'Restart')?.value ?? 'no';
  const respawn = Object.hasOwn(DOWN_AFTER, restart);
  const unknown: string[] = [];
  const read = (key: string): string[] =>
    listOf(unit, 'Service', key).flatMap((word) => {
      const status = exitWord(word);
      if (status === null) unknown.push(word);
      return status ?? [];
    });
  const success = read('SuccessExitStatus');
  const prevented = read('RestartPreventExitStatus');
  const forced = read('RestartForceExitStatus');
  // A clean end that `always` follows with a restart would stay down as a normal exit.
  const isDown = (word: string): boolean => restart !== 'always' && restart !== 'on-success' && word !== '';
  const all = respawn ? [...(DOWN_AFTER[restart] ?? []), ...success.filter(isDown), ...prevented] : success;
  return { respawn, normal: [...new Set(all)].filter((word) => !forced.includes(word)), unknown };
}

/** Names of statuses that programs use (sysexits.h), for systemd reads them. */
const NAMED: Readonly<Record<string, string>> = {
  SUCCESS: '0',
  FAILURE: '1',
  USAGE: '64',
  TEMPFAIL: '75',
  CONFIG: '78',
};

function exitWord(word: string): string[] | null {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
  if (from !== undefined) {
    const count = Math.min(255, Number(to)) - Number(from) + 1;
    return Array.from({ length: Math.max(0, count) }, (_, at) => String(Number(from) + at));
  }
  if (Object.hasOwn(NAMED, word)) return [NAMED[word] as string];
  return signalNumber(word) === undefined ? null : [word.replace(/^SIG/, '')];
}

/** Numbers one after the other would fill lines: in the order of the words, numbers first. */
export function normalExitText(words: readonly string[]): string {
  const numbers = words.filter((word) => /^\d+$/.test(word)).sort((a, b) => Number(a) - Number(b));
  return [...numbers, ...words.filter((word) => !/^\d+$/.test(word))].join(' ');
}
