/** An init that has nothing to do: how often it is woken, the processor time that takes, and the memory it holds. */
import { ownProcesses, type ProcessFacts } from '../harness/proc.ts';
import type { Scenario } from '../harness/scenario.ts';
import { Stopwatch } from '../harness/stopwatch.ts';
import { sleep } from '../harness/wait.ts';
import { services } from '../inits/init.ts';
import { THIS } from '../inits/upstart.ts';
import { onInits } from './subjects.ts';

const WATCHED_MS = 10_000;
/** What an init does after its start, or after many starts, it has done by then; then memory is looked at. */
const SETTLE_MS = 3_000;
/** V8 tidies its heap up to some ten seconds after it was last busy. */
const REST_MS = 15_000;
const JOB = 'sleep';

const sum = (facts: readonly ProcessFacts[], of: (facts: ProcessFacts) => number): number =>
  facts.reduce((total, one) => total + of(one), 0);

export const IDLE: Scenario = {
  name: 'idle',
  title: 'ten seconds with N running jobs and nothing to do',
  sizeOf: 'jobs',
  sizes: { quick: [10], usual: [10, 200], long: [10, 200, 1000] },
  repeats: { quick: 1, usual: 2, long: 6 },
  metrics: [
    { name: 'wake-ups', unit: '', better: 'less', goals: [{ atMost: 0 }] },
    { name: 'processor time', unit: 'ms', better: 'less' },
  ],
  subjects: onInits({
    can: ({ lacks = [] }) => !lacks.includes('status'),
    workload: (size) => ({ ...services(size), autostart: true }),
    mostForPeers: 200,
    async open({ pid }) {
      const rested = performance.now() + REST_MS;
      return {
        async once() {
          await sleep(Math.max(0, rested - performance.now()));
          const before = ownProcesses(pid, [JOB]);
          await sleep(WATCHED_MS);
          const after = ownProcesses(pid, [JOB]);
          return [
            sum(after, ({ wakeUps }) => wakeUps) - sum(before, ({ wakeUps }) => wakeUps),
            sum(after, ({ cpu }) => cpu) - sum(before, ({ cpu }) => cpu),
          ];
        },
      };
    },
  }),
};

const MB = 1024;

export const MEMORY: Scenario = {
  name: 'memory',
  title: 'memory with N jobs, before they are started and while they run',
  sizeOf: 'jobs',
  sizes: { quick: [10], usual: [10, 1000], long: [10, 1000, 10_000] },
  repeats: { quick: 1, usual: 1, long: 1 },
  metrics: [
    { name: 'daemon, resident', unit: 'MB', better: 'less', goals: [{ size: 10, atMost: 50 }] },
    { name: 'supervisor, resident', unit: 'MB', better: 'less', goals: [{ size: 10, atMost: 1 }] },
    { name: 'all its processes, resident', unit: 'MB', better: 'less' },
    { name: 'all its processes, proportional', unit: 'MB', better: 'less' },
    { name: 'daemon, each running job more', unit: 'KB', better: 'less', goals: [{ size: 1000, atMost: 3 }] },
    { name: 'supervisor, each running job more', unit: 'KB', better: 'less', goals: [{ size: 1000, atMost: 0.5 }] },
    { name: 'all its processes, each running job more', unit: 'KB', better: 'less' },
  ],
  subjects: onInits({
    can: ({ lacks = [] }) => !lacks.includes('startAll'),
    workload: (size) => services(size),
    mostForPeers: 1000,
    async open({ pid, env, setup }, size, init) {
      const stopwatch = new Stopwatch(env);
      const look = async () => {
        await sleep(SETTLE_MS);
        const own = ownProcesses(pid, [JOB]);
        const daemon = init === THIS ? own.filter(({ name }) => name.startsWith('node') || name === 'MainThread') : [];
        const supervisor = init === THIS ? own.filter((one) => one.pid === pid) : [];
        const resident = (facts: ProcessFacts[]): number => sum(facts, (one) => one.resident);
        return {
          daemon: resident(daemon),
          supervisor: resident(supervisor),
          all: resident(own),
          proportional: sum(own, (one) => one.proportional),
        };
      };
      return {
        async once() {
          const before = await look();
          await stopwatch.time(setup.commands.startAll?.(size) ?? []);
          const after = await look();
          const more = (of: 'daemon' | 'supervisor' | 'all'): number | null =>
            size >= 100 && after[of] > 0 ? (after[of] - before[of]) / size : null;
          return [
            ...(init === THIS ? [before.daemon / MB, before.supervisor / MB] : [null, null]),
            before.all / MB,
            before.proportional / MB,
            more('daemon'),
            more('supervisor'),
            more('all'),
          ];
        },
        close: () => stopwatch.close(),
      };
    },
  }),
};
