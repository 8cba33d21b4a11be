/** Facts about processes from /proc. */
import { readdirSync, readFileSync } from 'node:fs';
import { decodeText } from '@upstart/common';
import { getVariable } from '../engine/environment/environment.ts';

/** The texts of a file of /proc that are separated by NUL; none if it cannot be read. */
export function readTexts(path: string): string[] {
  try {
    return splitTexts(readFileSync(path));
  } catch {
    return [];
  }
}

export function splitTexts(bytes: Uint8Array): string[] {
  return decodeText(bytes).split('\0').slice(0, -1);
}

/** The job of a process, by the environment that init gave it. */
export interface OwnJob {
  job: string | null;
  instance: string;
  /** The address of the session; null: the system's init, or a container's. */
  session: string | null;
}

export function ownJob(env: readonly string[]): OwnJob {
  return {
    job: getVariable(env, 'UPSTART_JOB') || null,
    instance: getVariable(env, 'UPSTART_INSTANCE') ?? '',
    session: getVariable(env, 'UPSTART_SESSION') || null,
  };
}

/** The pids of all processes; none where there is no /proc. */
export function processIds(folder = '/proc'): number[] {
  try {
    return readdirSync(folder)
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

export interface ProcessFacts {
  pid: number;
  parent: number;
  session: number;
  /** As in proc(5): `Z` is a zombie, `D` waits for the kernel. */
  state: string;
  /** When it was started, in ticks since boot. */
  started: number;
}

/** The fields of /proc/PID/stat behind the name, by their numbers in proc(5): 3 is the state. */
export function statFields(text: string): (number: number) => string {
  // The name may hold anything, blanks and parentheses too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (number) => fields[number - 3] ?? '';
}

/** Reading this never blocks, unlike the environment of a process that the kernel is busy with. */
export function readFacts(pid: number): ProcessFacts | null {
  try {
    const field = statFields(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    return {
      pid,
      state: field(3),
      parent: Number(field(4)),
      session: Number(field(6)),
      started: Number(field(22)),
    };
  } catch {
    return null;
  }
}
