/** shutdown: changes the run level so that the machine goes down, now or later, and warns all users (reference: system §4.4). */

import { closeSync, constants, existsSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Tool, type ToolCall, UsageError } from '@upstart/common';
import { ConnectionError } from '@upstart/protocol';
import { changeRunlevel } from './runlevel-change.ts';
import { sysvRequest } from './sysv-request.ts';
import { isWarningDue, minutesUntil } from './time-of-shutdown.ts';
import { requireRoot } from './tool.ts';
import { announcementText, wall } from './wall.ts';

const PID_FILE = '/run/shutdown.pid';
/** While it exists, only root can log in. */
const NOLOGIN = '/etc/nologin';
/** From so many minutes before on. */
const NOLOGIN_MINUTES = 5;
const MINUTE_MS = 60_000;
/** Where other inits take requests. */
const SYSV_FIFOS = ['/run/initctl', '/dev/initctl'];

interface Purpose {
  level: string;
  /** The word in the warning to those who are logged in. */
  what: string;
  /** INIT_HALT of the event, for the scripts that end the machine. */
  halt?: string;
}

const MAINTENANCE: Purpose = { level: '1', what: 'maintenance' };
/** By the option that asks for it; of several the last one counts. */
const PURPOSES: Readonly<Record<string, Purpose>> = {
  reboot: { level: '6', what: 'reboot' },
  'halt-or-poweroff': { level: '0', what: 'halt' },
  halt: { level: '0', what: 'halt', halt: 'HALT' },
  poweroff: { level: '0', what: 'power off', halt: 'POWEROFF' },
};

const IGNORED = { description: 'accepted and ignored', shown: 'ignored' } as const;

export const shutdown: Tool = {
  name: 'shutdown',
  usage: 'TIME [MESSAGE]...',
  wordKind: ['now'],
  synopsis: 'Bring the system down.',
  options: [
    { long: 'reboot', short: 'r', description: 'reboot after shutdown' },
    { long: 'halt-or-poweroff', short: 'h', description: 'halt or power off after shutdown' },
    { long: 'halt', short: 'H', description: 'halt after shutdown' },
    { long: 'poweroff', short: 'P', description: 'power off after shutdown' },
    { long: 'cancel', short: 'c', description: 'cancel a running shutdown' },
    { long: 'warn-only', short: 'k', description: 'only send warnings, do not shut down' },
    { long: 'grace', short: 'g', value: 'TIME', description: 'when to shut down, instead of the first argument' },
    { long: 'access', short: 'a', ...IGNORED },
    { long: 'no-init', short: 'n', ...IGNORED },
    { long: 'fast', short: 'f', ...IGNORED },
    { long: 'force-check', short: 'F', ...IGNORED },
    { long: 'init', short: 'i', value: 'LEVEL', ...IGNORED },
    { long: 'timeout', short: 't', value: 'SECONDS', ...IGNORED },
    { long: 'yes', short: 'y', ...IGNORED },
  ],
  help: 'TIME is `now`, a number of minutes or HH:MM. MESSAGE is sent to everybody who is logged in. Without an option the system is brought down into maintenance mode.',
  async run(call) {
    if (call.options.cancel === true) return cancel(call.args);
    const { grace } = call.options;
    const [time, ...message] = typeof grace === 'string' ? [grace, ...call.args] : call.args;
    if (time === undefined) throw new UsageError('time expected');
    const minutes = minutesUntil(time, new Date());
    requireRoot();
    if (runningPid() !== null) throw new Error('Another shutdown is already running');
    const purpose = purposeOf(call);
    if (call.options['warn-only'] === true) {
      wall(announcementText({ what: purpose.what, minutesLeft: minutes, message }));
      return 0;
    }
    await goDown(call, purpose, minutes, message);
    return 0;
  },
};

function purposeOf({ given }: ToolCall): Purpose {
  const option = given.findLast(([name]) => Object.hasOwn(PURPOSES, name));
  return option === undefined ? MAINTENANCE : (PURPOSES[option[0]] as Purpose);
}

async function goDown({ program }: ToolCall, purpose: Purpose, minutes: number, message: readonly string[]) {
  const announce = (minutesLeft: number): string => announcementText({ what: purpose.what, minutesLeft, message });
  wall(announce(minutes));
  process.chdir('/');
  process.umask(0o022);
  if (minutes > 0) await waitMinutes(minutes, announce);
  const extras = purpose.halt === undefined ? [] : [`INIT_HALT=${purpose.halt}`];
  try {
    await changeRunlevel(program, purpose.level, extras);
  } catch (error) {
    if (!(error instanceof ConnectionError) || !askOtherInit(purpose)) throw new Error('Unable to shutdown system');
  } finally {
    rmSync(PID_FILE, { force: true });
  }
}

async function waitMinutes(minutes: number, announce: (minutesLeft: number) => string): Promise<void> {
  // Not by the clock of the machine, which may be set meanwhile.
  const endMs = performance.now() + minutes * MINUTE_MS;
  writeIfPossible(PID_FILE, `${process.pid}\n`, 'wx');
  for (const signal of ['SIGHUP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU'] as const) process.on(signal, () => {});
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM'] as const) process.on(signal, cancelled);
  for (let left = minutes; left > 0; left--) {
    if (left <= NOLOGIN_MINUTES) writeIfPossible(NOLOGIN, announce(left), 'w');
    if (left < minutes && isWarningDue(left)) wall(announce(left));
    await pause(Math.max(0, endMs - (left - 1) * MINUTE_MS - performance.now()));
  }
  wall(announce(0));
}

/** A machine whose disk is full or read-only goes down all the same; but only one shutdown is under way at a time. */
function writeIfPossible(path: string, text: string, flag: 'w' | 'wx'): void {
  try {
    writeFileSync(path, text, { flag, mode: 0o644 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new Error('Another shutdown is already running');
  }
}

function cancelled(): never {
  process.stderr.write('shutdown: Shutdown cancelled\n');
  rmSync(NOLOGIN, { force: true });
  rmSync(PID_FILE, { force: true });
  process.exit(0);
}

/** Ends the shutdown that is under way. */
function cancel(message: readonly string[]): number {
  requireRoot();
  const pid = recordedPid();
  if (pid === null) throw new Error('Cannot find pid of running shutdown');
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    throw new Error('Shutdown is not running');
  }
  if (message.length > 0) wall(`\r${message.map((word) => `${word} `).join('')}\r\n`);
  return 0;
}

function recordedPid(): number | null {
  try {
    const pid = Number.parseInt(readFileSync(PID_FILE, 'latin1'), 10);
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** The pid of a shutdown that is under way; a file that one has left behind is removed. */
function runningPid(): number | null {
  const pid = recordedPid();
  if (pid !== null && existsSync(`/proc/${pid}`)) return pid;
  rmSync(PID_FILE, { force: true });
  return null;
}

/** Asks an init of System V by its FIFO; false when there is none. */
function askOtherInit({ level }: Purpose): boolean {
  for (const path of SYSV_FIFOS) {
    try {
      // Fails without a reader: a leftover FIFO would take the request and do nothing.
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      writeSync(fd, sysvRequest(level));
      closeSync(fd);
      return true;
    } catch {
      // The next one, if there is one.
    }
  }
  return false;
}
