/** Warning all users who are logged in (reference: system §4.4). */
import { closeSync, constants, openSync, readlinkSync, writeSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { LOGIN_FILES, loginLines } from '@upstart/common/login-records';

/** Why the machine is going down, and the words for that. */
export interface Announcement {
  /** `reboot`, `halt` … */
  what: string;
  minutesLeft: number;
  /** The message given to shutdown. */
  message: readonly string[];
}

/** The lines between the banner's head and its end, as `/etc/nologin` has them, too. */
export function announcementText({ what, minutesLeft, message }: Announcement): string {
  const when = minutesLeft === 0 ? 'NOW!' : `in ${minutesLeft} ${minutesLeft === 1 ? 'minute' : 'minutes'}!`;
  const words = message.length > 0 ? `${message.map((word) => `${word} `).join('')}\r\n` : '';
  return `\rThe system is going down for ${what} ${when}\r\n${words}`;
}

export interface Sender {
  user: string;
  host: string;
  /** Where it was sent from. */
  terminal: string;
}

export function wallText(text: string, { user, host, terminal }: Sender, now: Date): string {
  const time = `${now.getHours()}:${String(now.getMinutes()).padStart(2, '0')}`;
  return `\u0007\r\nBroadcast message from ${user}@${host}\r\n\t(${terminal}) at ${time} ...\r\n\r\n${text}`;
}

/** Writes to the terminals of all logins. Skips terminals that do not take it, and waits for none. */
export function wall(text: string, now = new Date()): void {
  const bytes = Buffer.from(wallText(text, sender(), now));
  for (const line of new Set(loginLines(LOGIN_FILES.utmp))) {
    const path = join('/dev', line);
    // Other programs write utmp: its lines must not lead out of /dev.
    if (path.startsWith('/dev/')) writeToTerminal(path, bytes);
  }
}

function sender(): Sender {
  return { user: process.env.USER || process.env.LOGNAME || userName(), host: hostname(), terminal: ownTerminal() };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'root';
  }
}

function ownTerminal(): string {
  try {
    const path = readlinkSync('/proc/self/fd/0');
    return path.startsWith('/dev/') && path !== '/dev/null' ? path : 'unknown';
  } catch {
    return 'unknown';
  }
}

/** Not to anything else: a disk is in /dev, too, and everybody may put links into /dev/shm. */
export function writeToTerminal(path: string, bytes: Uint8Array): void {
  try {
    const fd = openSync(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    try {
      if (isatty(fd)) writeSync(fd, bytes);
    } finally {
      closeSync(fd);
    }
  } catch {
    // It is stopped, or has no reader any more.
  }
}
