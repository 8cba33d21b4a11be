/**
 * Ends the processes of a system that goes down. A process that is named in /run/sendsigs.omit or in a file of the folder beside it is left
 * alone, as the scripts of Debian have it; init's daemon is among them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const OMIT_FILE = '/run/sendsigs.omit';
const OMIT_FOLDER = '/run/sendsigs.omit.d';

/** Milliseconds that processes have to end after SIGTERM and after SIGKILL, and between two looks. */
const TERM_PATIENCE_MS = 5000;
const KILL_PATIENCE_MS = 2000;
const LOOK_MS = 50;

/** The caller, and its terminal, may end first. */
const SURVIVED = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGTTOU'] as const;

/** PF_KTHREAD of the flags in /proc/PID/stat. */
const KERNEL_THREAD = 0x0020_0000;

/**
 * Ends all processes but process 1, this one and those that have asked to be left alone: SIGTERM, after 5 s SIGKILL. Resolves when
 * they have ended, at the latest 2 s after that.
 */
export async function endProcesses(): Promise<void> {
  for (const signal of SURVIVED) process.on(signal, () => {});
  if (await endWith(['SIGTERM', 'SIGCONT'], [], TERM_PATIENCE_MS)) return;
  // With each look: something may still start others.
  await endWith(['SIGKILL'], ['SIGKILL'], KILL_PATIENCE_MS);
}

/** Sends `first` once and `again` with each look, until no process is left; false when that times out. */
async function endWith(first: readonly NodeJS.Signals[], again: readonly NodeJS.Signals[], patienceMs: number) {
  let left = signalAll(first);
  for (let waitedMs = 0; left > 0 && waitedMs < patienceMs; waitedMs += LOOK_MS) {
    await pause(LOOK_MS);
    left = signalAll(again);
  }
  return left === 0;
}

/** Returns how many there are. */
function signalAll(signals: readonly NodeJS.Signals[]): number {
  // Read each time: a daemon that was replaced has another pid.
  const omitted = omittedPids();
  const pids = names('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid);
  const left = pids.filter((pid) => !omitted.has(pid) && isAlive(pid) && !servesRoot(pid));
  for (const pid of left) for (const signal of signals) quietly(() => process.kill(pid, signal));
  return left.length;
}

function omittedPids(): Set<number> {
  const files = names(OMIT_FOLDER).filter((name) => !name.startsWith('.'));
  const texts = [OMIT_FILE, ...files.map((name) => `${OMIT_FOLDER}/${name}`)].map(textOf);
  return new Set(texts.flatMap((text) => text.split(/\s+/)).map(Number));
}

/** Neither a zombie nor a thread of the kernel. */
function isAlive(pid: number): boolean {
  const stat = textOf(`/proc/${pid}/stat`);
  // The name may have any character.
  const [state = '', ...numbers] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state !== '' && !'ZX'.includes(state) && (Number(numbers[5]) & KERNEL_THREAD) === 0;
}

/** Programs that a root file system needs to the end call themselves `@…`, as a convention between inits has it. */
function servesRoot(pid: number): boolean {
  return textOf(`/proc/${pid}/cmdline`).startsWith('@');
}

const names = (folder: string): string[] => quietly(() => readdirSync(folder)) ?? [];
const textOf = (path: string): string => quietly(() => readFileSync(path, 'latin1')) ?? '';

function quietly<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}
