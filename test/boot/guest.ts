/** A machine that has been booted, real or made of namespaces. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Console } from './console.ts';

export interface Answer {
  status: number;
  output: string;
}

export interface Guest {
  readonly console: Console;
  /** How many times longer things may take than on this machine. */
  readonly slowness: number;
  /** Has root's shell carry out `script` inside. */
  run(script: string): Promise<Answer>;
  /** Resolves when it is over, with how it ended: `poweroff`, `reboot`, or something else. */
  readonly ended: Promise<string>;
  /** Ends it at once, if it is not over. */
  kill(): void;
}

/** Others may have the processors meanwhile. */
const PATIENCE_MS = 60_000;

/** Runs `script` inside until its output is as wanted; returns the last output. */
export async function eventually(guest: Guest, script: string, wanted: (output: string) => boolean): Promise<string> {
  const deadline = performance.now() + PATIENCE_MS * guest.slowness;
  for (;;) {
    const { output } = await guest.run(script);
    if (wanted(output) || performance.now() > deadline) return output;
    await pause(50);
  }
}
