/** Ways to make the subjects of a scenario. */
import { meter } from '../harness/programs.ts';
import type { Subject, Trial } from '../harness/scenario.ts';
import { Stopwatch } from '../harness/stopwatch.ts';
import { INITS } from '../inits/all.ts';
import { boot, type Commands, type Init, type RunningInit, type Workload } from '../inits/init.ts';

/** A subject that the kernel limits: a subcommand of the meter that prints nanoseconds. */
export function limit(name: string, words: (size: number) => readonly string[]): Subject {
  return {
    name,
    kind: 'limit',
    open: async (size) => ({ once: async () => [await meter(words(size))], close: async () => {} }),
  };
}

/** The same work as a limit does it, for comparison only. */
export function reference(name: string, words: (size: number) => readonly string[]): Subject {
  return { ...limit(name, words), kind: 'peer' };
}

export interface InitWork {
  /** Which inits can do it; all by default. */
  can?: (init: Init) => boolean;
  /** Peers are left out beyond this size: they take minutes, or a process for each job of theirs. */
  mostForPeers?: number;
  workload(size: number): Workload;
  /** Prepares a running init; returns what is to be measured. */
  open(running: RunningInit, size: number, init: Init): Promise<Pick<Trial, 'once'> & { close?: () => Promise<void> }>;
}

/** A subject for each init: it is started with a workload, and ended in the end. */
export function onInits({ can, mostForPeers, workload, open }: InitWork): Subject[] {
  return INITS.filter((init) => can?.(init) ?? true).map((init) => ({
    name: init.name,
    kind: init.kind,
    missing: () => init.missing(),
    ...(init.kind === 'peer' && mostForPeers !== undefined && { most: mostForPeers }),
    async open(size) {
      const running = await boot(init, workload(size));
      try {
        const { once, close } = await open(running, size, init);
        return {
          once,
          async close() {
            await close?.();
            await running.end();
          },
        };
      } catch (error) {
        await running.end();
        throw error;
      }
    },
  }));
}

/** One of an init's commands. */
export interface Step {
  words(commands: Required<Commands>, size: number): string[];
  timed: boolean;
}

/** A subject for each init that has all the commands of `needs`: times the steps, one after the other, as programs. */
export function onCommands(
  needs: readonly (keyof Commands)[],
  work: {
    workload: (size: number) => Workload;
    mostForPeers?: number;
    before?: readonly Step['words'][];
    steps: readonly Step[];
  },
): Subject[] {
  const { workload, mostForPeers, before = [], steps } = work;
  return onInits({
    can: ({ lacks = [] }) => !needs.some((name) => lacks.includes(name)),
    ...(mostForPeers !== undefined && { mostForPeers }),
    workload,
    async open({ setup, env }, size) {
      const commands = setup.commands as Required<Commands>;
      const stopwatch = new Stopwatch(env);
      for (const words of before) await stopwatch.time(words(commands, size));
      return {
        async once() {
          let sum = 0;
          for (const { words, timed } of steps) {
            const took = await stopwatch.time(words(commands, size));
            if (timed) sum += took;
          }
          return [sum];
        },
        close: () => stopwatch.close(),
      };
    },
  });
}
