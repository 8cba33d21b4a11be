/** Forty of the files of a corpus, without their commands, which would change the machine; and the events of its boot. */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';

const FILES = 40;

/** Events that a machine emits when it boots. */
export const BOOT: readonly string[] = [
  ...['startup', 'virtual-filesystems', 'local-filesystems', 'remote-filesystems', 'filesystem'],
  ...['net-device-up IFACE=lo', 'net-device-up IFACE=eth0', 'static-network-up', 'runlevel RUNLEVEL=2 PREVLEVEL=N'],
];

/** Evenly taken from all files, by the names of their jobs. */
export function chosen(jobs: string): [job: string, file: string][] {
  return evenly(jobFiles(jobs), FILES);
}

/** All files, those in folders among them, by the names of their jobs. */
export function jobFiles(jobs: string): [job: string, file: string][] {
  const all = readdirSync(jobs, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.conf'));
  return [...new Map(all.sort().map((file) => [basename(file, '.conf'), file]))];
}

export function evenly<T>(all: readonly T[], count: number): T[] {
  const step = Math.floor(all.length / count);
  return all.filter((_, at) => at % step === 0).slice(0, count);
}

/** The file with other commands: each third job fails with its main process, each fifth with a pre-start; with 1 none does. */
export function harmless(text: string, number: number): string {
  const isTask = /^\s*task\b/m.test(text);
  const main = number % 3 === 0 ? 'exec false' : isTask ? 'exec true' : 'exec sleep 1000';
  const hook = number % 5 === 0 ? 'pre-start exec false\n' : '';
  const kept = text
    .replace(/^[ \t]*(?:(?:pre|post)-(?:start|stop)[ \t]+)?script\b[\s\S]*?^[ \t]*end script\b.*$/gm, '')
    .replace(/^[ \t]*(?:(?:pre|post)-(?:start|stop)[ \t]+)?exec\b(?:.*\\\n)*.*$/gm, '')
    // No job may become another user here, nor leave its groups; a `chroot` stays, and fails.
    .replace(/^[ \t]*(?:setuid|setgid|cgroup|apparmor|console|expect)\b.*$/gm, '');
  return `${kept}\n${hook}${main}\n`;
}
