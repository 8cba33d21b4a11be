/** An init that has much to do: chatty jobs, many clients, many inputs. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { measureEngine } from '../engine.ts';
import { METER, meter, PAYLOAD, run, startLines } from '../harness/programs.ts';
import { ONE_SIZE, type Scenario, type Subject } from '../harness/scenario.ts';
import { summarize } from '../harness/statistics.ts';
import { Stopwatch } from '../harness/stopwatch.ts';
import { jobName, makeFolder, services } from '../inits/init.ts';
import { THIS } from '../inits/upstart.ts';
import { controlSocketOf, requestHex } from './requests.ts';
import { onInits } from './subjects.ts';

const CHAT_BYTES = 100_000_000;
const CHAT = [PAYLOAD, 'chat', String(CHAT_BYTES)];
const megabytesASecond = (ms: number): number => CHAT_BYTES / 1000 / ms;

const barePty: Subject = {
  name: 'terminal to file, in C',
  kind: 'limit',
  open: async () => ({
    async once() {
      const folder = makeFolder();
      try {
        const rate = megabytesASecond(await meter(['pty-copy', join(folder, 'log'), ...CHAT]));
        return [rate, rate, null];
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    close: async () => {},
  }),
};

/** The copy in C has the machine for itself, so the first metric has, too; the others tell what asking for the status costs, and takes. */
export const CHATTY: Scenario = {
  name: 'chatty',
  title: 'a task that writes 100 MB into its log, alone and while status is asked',
  sizes: ONE_SIZE,
  repeats: { quick: 2, usual: 5, long: 10 },
  metrics: [
    { name: 'through the terminal', unit: 'MB/s', better: 'more' },
    { name: 'through the terminal, while status is asked', unit: 'MB/s', better: 'more' },
    { name: 'status meanwhile', unit: 'ms', better: 'less' },
  ],
  subjects: [
    barePty,
    ...onInits({
      can: ({ lacks = [] }) => !lacks.includes('runTasks'),
      workload: () => ({ ...services(1, CHAT), kind: 'task' }),
      async open({ setup, env, folder }) {
        const { runTasks, status } = setup.commands;
        const chat = new Stopwatch(env);
        const asking = new Stopwatch(env);
        const write = async (): Promise<number> => {
          const took = await chat.time(runTasks?.() ?? []);
          rmSync(join(folder, 'log', `${jobName(1)}.log`), { force: true });
          return megabytesASecond(took);
        };
        return {
          async once() {
            const alone = await write();
            let over = false;
            const asked: number[] = [];
            const task = write().finally(() => {
              over = true;
            });
            while (!over) {
              asked.push(await asking.time(status?.(jobName(1)) ?? []));
              await turn();
            }
            return [alone, await task, summarize(asked).median];
          },
          async close() {
            await chat.close();
            await asking.close();
          },
        };
      },
    }),
  ],
};

const SECONDS = 2;

/** The metrics of `meter clients`. */
async function askMany(socket: string, count: number, request: string): Promise<number[]> {
  const words = [METER, 'clients', socket, String(count), String(SECONDS), requestHex('hello'), request];
  const [answers, longest] = (await run(words)).split(' ').map(Number) as [number, number];
  return [answers, longest / 1e6];
}

export const CLIENTS: Scenario = {
  name: 'clients',
  title: 'status asked by N clients at once, without a pause',
  sizeOf: 'clients',
  sizes: { quick: [100], usual: [1, 100, 1000], long: [1, 100, 1000] },
  repeats: { quick: 2, usual: 4, long: 10 },
  metrics: [
    { name: 'answers', unit: '/s', better: 'more' },
    { name: 'longest wait', unit: 'ms', better: 'less' },
  ],
  subjects: [
    {
      name: 'C server that only answers',
      kind: 'limit',
      async open(size) {
        const folder = makeFolder();
        const socket = join(folder, 'socket');
        const server = startLines([METER, 'echo', socket]);
        await server.next();
        return {
          once: () => askMany(socket, size, requestHex('status', { job: jobName(1), env: [] })),
          async close() {
            await server.end();
            rmSync(folder, { recursive: true });
          },
        };
      },
    },
    ...onInits({
      can: (init) => init === THIS,
      workload: () => services(10),
      open: async (running, size) => ({
        once: () => askMany(controlSocketOf(running), size, requestHex('status', { job: jobName(1), env: [] })),
      }),
    }),
  ],
};

const EVENTS = 60_000;
const FEW_CLASSES = 10;

/** The engine with as many classes as `classesFor` says. */
function engine(name: string, kind: Subject['kind'], classesFor: (size: number) => number): Subject {
  return {
    name,
    kind,
    open: async (size) => ({
      async once() {
        const { inputsPerSecond } = measureEngine(classesFor(size), EVENTS);
        return [1e6 / inputsPerSecond, inputsPerSecond];
      },
      close: async () => {},
    }),
  };
}

/** Whether cost grows with the number of classes: measured in turn with the engine that has few. */
export const ENGINE: Scenario = {
  name: 'engine',
  title: 'an input of the pure engine with N job classes',
  sizeOf: 'classes',
  sizes: { quick: [1000], usual: [1000, 10_000], long: [1000, 10_000] },
  repeats: { quick: 3, usual: 7, long: 15 },
  warmUp: 1,
  metrics: [
    { name: 'time', unit: 'µs', better: 'less', goals: [{ timesLimit: 1.2 }] },
    { name: 'inputs', unit: '/s', better: 'more' },
  ],
  subjects: [engine(`${FEW_CLASSES} classes`, 'limit', () => FEW_CLASSES), engine('this init', 'this', (size) => size)],
};
