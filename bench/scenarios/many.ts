/** One event and N jobs: all of them started, run as tasks, stopped. */
import { connect } from '../../packages/protocol/src/index.ts';
import type { Scenario, Subject } from '../harness/scenario.ts';
import { Stopwatch } from '../harness/stopwatch.ts';
import { services, type Workload } from '../inits/init.ts';
import { THIS } from '../inits/upstart.ts';
import { controlSocketOf } from './requests.ts';
import { limit, onCommands, onInits, reference } from './subjects.ts';

const SLEEP = ['sleep', '1000000'] as const;
const SIZES: Scenario['sizes'] = { quick: [1, 200], usual: [1, 200, 1000], long: [1, 200, 1000, 10_000] };
const REPEATS: Scenario['repeats'] = { quick: 5, usual: 10, long: 15 };
const WARM_UP = 50;
const MOST_FOR_PEERS = 1000;
/** A pseudo-terminal each: the kernel has 4096 of them unless told otherwise. */
const MOST_TERMINALS = 1000;

const bare = (way: string, what: 'run' | 'hold', words: readonly string[]) => (size: number) => [
  ...['spawn', way, String(size), what],
  ...words,
];

/** This init; with the first round it makes sure that every job does run. */
function startAllOfThis(): Subject[] {
  return onInits({
    can: (init) => init === THIS,
    workload: (size) => services(size),
    async open(running, size) {
      const { commands } = running.setup;
      const stopwatch = new Stopwatch(running.env);
      const client = await connect({ path: controlSocketOf(running) });
      let proved = false;
      const prove = async (): Promise<void> => {
        const jobs = await client.call('list', {});
        const up = jobs
          .flatMap((job) => job.instances)
          .filter((one) => one.state === 'running' && one.processes.length === 1);
        if (up.length !== size) throw new Error(`${up.length} of ${size} jobs run`);
        proved = true;
      };
      return {
        async once() {
          const took = await stopwatch.time(commands.startAll?.(size) ?? []);
          if (!proved) await prove();
          await stopwatch.time(commands.stopAll?.(size) ?? []);
          return [took];
        },
        async close() {
          client.close();
          await stopwatch.close();
        },
      };
    },
  });
}

export const START_ALL: Scenario = {
  name: 'start-all',
  title: 'one event until N jobs run, with their logs',
  sizeOf: 'jobs',
  // The whole of how it grows: there is a goal for that.
  sizes: { ...SIZES, usual: SIZES.long },
  repeats: REPEATS,
  warmUp: WARM_UP,
  metrics: [
    {
      name: 'time',
      unit: 'ms',
      better: 'less',
      goals: [
        { size: 1, atMost: 3 },
        { size: 1000, timesLimit: 1.6 },
        { size: 10_000, timesLimit: 1.6 },
      ],
    },
  ],
  subjects: [
    limit('fork, exec, error pipe', bare('fork', 'hold', SLEEP)),
    reference('vfork, exec', bare('vfork', 'hold', SLEEP)),
    { ...reference('fork, exec, pipe, terminal', bare('pty', 'hold', SLEEP)), most: MOST_TERMINALS },
    ...startAllOfThis(),
    ...onCommands(['startAll', 'stopAll'], {
      workload: (size) => services(size),
      mostForPeers: MOST_FOR_PEERS,
      steps: [
        { words: (commands, size) => commands.startAll(size), timed: true },
        { words: (commands, size) => commands.stopAll(size), timed: false },
      ],
    }).filter(({ kind }) => kind === 'peer'),
  ],
};

export const STOP_ALL: Scenario = {
  name: 'stop-all',
  title: 'one event until N running jobs are stopped',
  sizeOf: 'jobs',
  sizes: SIZES,
  repeats: REPEATS,
  warmUp: WARM_UP,
  metrics: [{ name: 'time', unit: 'ms', better: 'less' }],
  subjects: onCommands(['startAll', 'stopAll'], {
    workload: (size) => services(size),
    mostForPeers: MOST_FOR_PEERS,
    steps: [
      { words: (commands, size) => commands.startAll(size), timed: false },
      { words: (commands, size) => commands.stopAll(size), timed: true },
    ],
  }),
};

const tasks = (count: number): Workload => ({ ...services(count, ['true']), kind: 'task' });

export const TASKS: Scenario = {
  name: 'tasks',
  title: 'one event until N tasks (true) are done',
  sizeOf: 'tasks',
  sizes: SIZES,
  repeats: REPEATS,
  warmUp: WARM_UP,
  metrics: [
    {
      name: 'time',
      unit: 'ms',
      better: 'less',
      goals: [
        { size: 1000, timesLimit: 1.6 },
        { size: 10_000, timesLimit: 1.6 },
      ],
    },
  ],
  subjects: [
    limit('fork, exec, error pipe', bare('fork', 'run', ['true'])),
    reference('vfork, exec', bare('vfork', 'run', ['true'])),
    ...onCommands(['runTasks'], {
      workload: tasks,
      mostForPeers: MOST_FOR_PEERS,
      steps: [{ words: (commands) => commands.runTasks(), timed: true }],
    }),
  ],
};
