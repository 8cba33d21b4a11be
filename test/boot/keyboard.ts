/** What a person does at the keyboard of a machine, and sees on its disk afterwards. */
import { execFileSync } from 'node:child_process';
import type { Machine } from './machine.ts';

/** Seconds until something answers that is typed. */
const PATIENCE = 60;

export const PROMPT = /root@boot-test:~# $/;

/** On the serial console, as a person does. `from` is where the prompt may be. */
export async function logIn(machine: Machine, from: number): Promise<void> {
  await machine.console.until(/boot-test login: $/, from, PATIENCE * machine.slowness);
  await typeAt(machine, 'root\n', PROMPT);
}

/** Types `text`; returns what is on the console when `prompt` is there. */
export async function typeAt({ console, type, slowness }: Machine, text: string, prompt: RegExp): Promise<string> {
  const from = console.here;
  type(text);
  await console.until(prompt, from, PATIENCE * slowness);
  return console.since(from);
}

/** A file system that was not made read-only at the end has to be put in order at the next boot. */
export function leftOpen(image: string): string[] {
  const header = headerOf(image);
  return errorsOf(image).length === 0 && !/needs_recovery/.test(header) ? [] : [header];
}

/** Whether the kernel has noted errors. */
export function errorsOf(image: string): string[] {
  const header = headerOf(image);
  return /^Filesystem state: +clean$/m.test(header) ? [] : [header];
}

const headerOf = (image: string): string =>
  execFileSync('dumpe2fs', ['-h', image], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
