/** What a user waits for who asks: status, list, start and stop. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENT, METER, startLines } from '../harness/programs.ts';
import { ONE_SIZE, type Scenario, type Subject } from '../harness/scenario.ts';
import { Stopwatch } from '../harness/stopwatch.ts';
import { boot, jobName, makeFolder, services } from '../inits/init.ts';
import { THIS } from '../inits/upstart.ts';
import { controlSocketOf, requestHex } from './requests.ts';
import { limit, onCommands } from './subjects.ts';

const JOBS = 10;

/** The same question as `status`, asked of this init by the smallest client that there can be. */
const smallestClient: Subject = {
  name: 'static C client of this init',
  kind: 'limit',
  async open() {
    const running = await boot(THIS, services(JOBS));
    const stopwatch = new Stopwatch(running.env);
    const request = requestHex('hello') + requestHex('status', { job: jobName(1), env: [] });
    const words = [CLIENT, controlSocketOf(running), request, '2'];
    return {
      once: async () => [await stopwatch.time(words)],
      async close() {
        await stopwatch.close();
        await running.end();
      },
    };
  },
};

/** The same client, and a server in C that does nothing but answer. */
const bareRoundTrip: Subject = {
  name: 'static C client of a C server',
  kind: 'peer',
  async open() {
    const folder = makeFolder();
    const socket = join(folder, 'socket');
    const server = startLines([METER, 'echo', socket]);
    await server.next();
    const stopwatch = new Stopwatch(process.env);
    const words = [CLIENT, socket, requestHex('hello') + requestHex('version'), '2'];
    return {
      once: async () => [await stopwatch.time(words)],
      async close() {
        await stopwatch.close();
        await server.end();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

export const STATUS: Scenario = {
  name: 'status',
  title: 'status of a running job',
  sizes: ONE_SIZE,
  repeats: { quick: 100, usual: 200, long: 500 },
  warmUp: 200,
  metrics: [{ name: 'time', unit: 'ms', better: 'less', goals: [{ timesLimit: 1.2 }] }],
  subjects: [
    smallestClient,
    bareRoundTrip,
    ...onCommands(['status'], {
      workload: () => services(JOBS),
      before: [(commands) => commands.start(jobName(1))],
      steps: [{ words: (commands) => commands.status(jobName(1)), timed: true }],
    }),
  ],
};

export const LIST: Scenario = {
  name: 'list',
  title: 'list of N jobs',
  sizeOf: 'jobs',
  sizes: { quick: [10, 1000], usual: [10, 1000, 10_000], long: [10, 1000, 10_000] },
  repeats: { quick: 10, usual: 30, long: 100 },
  warmUp: 10,
  metrics: [{ name: 'time', unit: 'ms', better: 'less', goals: [{ size: 1000, atMost: 10 }] }],
  subjects: onCommands(['list'], {
    workload: (size) => services(size),
    mostForPeers: 1000,
    steps: [{ words: (commands) => commands.list(), timed: true }],
  }),
};

export const START_STOP: Scenario = {
  name: 'start-stop',
  title: 'start and stop of a job, two commands',
  sizes: ONE_SIZE,
  repeats: { quick: 40, usual: 100, long: 200 },
  warmUp: 100,
  metrics: [{ name: 'time', unit: 'ms', better: 'less', goals: [{ atMost: 6 }] }],
  subjects: [
    limit('fork, exec, error pipe', () => ['spawn', 'fork', '1', 'hold', 'sleep', '1000000']),
    ...onCommands(['start', 'stop'], {
      workload: () => services(JOBS),
      steps: [
        { words: (commands) => commands.start(jobName(2)), timed: true },
        { words: (commands) => commands.stop(jobName(2)), timed: true },
      ],
    }),
  ],
};
