/** From the start of an init with N job files to its first answer, and reading these files again. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../packages/protocol/src/index.ts';
import { meter } from '../harness/programs.ts';
import type { Scenario, Subject } from '../harness/scenario.ts';
import { Stopwatch } from '../harness/stopwatch.ts';
import { until } from '../harness/wait.ts';
import { INITS } from '../inits/all.ts';
import { type Init, jobName, makeFolder, services } from '../inits/init.ts';
import { THIS } from '../inits/upstart.ts';
import { controlSocketOf } from './requests.ts';
import { onCommands, onInits } from './subjects.ts';

const PATIENCE_MS = 120_000;

function firstAnswer(init: Init): Subject {
  return {
    name: init.name,
    kind: init.kind,
    missing: () => init.missing() ?? (init.lacks?.includes('status') ? 'has no daemon for all jobs' : null),
    ...(init.kind === 'peer' && { most: 1000 }),
    open: async (size) => ({
      async once() {
        const folder = makeFolder();
        const { daemon, env, sessionFile, probe, endSignal, cleanUp } = init.setUp(folder, services(size));
        const options = [sessionFile ?? '-', String(PATIENCE_MS), String(constants.signals[endSignal])];
        try {
          return [await meter(['first-answer', ...options, ...probe, '--', ...daemon], env)];
        } finally {
          await cleanUp?.();
          rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
        }
      },
      close: async () => {},
    }),
  };
}

/** What no program in JavaScript can be faster than. */
const bareNode: Subject = {
  name: 'node -e 0',
  kind: 'limit',
  async open() {
    const env = { ...process.env };
    delete env.NODE_EXTRA_CA_CERTS;
    delete env.NODE_OPTIONS;
    const stopwatch = new Stopwatch(env);
    return {
      once: async () => [await stopwatch.time([process.execPath, '-e', '0'])],
      close: () => stopwatch.close(),
    };
  },
};

export const START_UP: Scenario = {
  name: 'start-up',
  title: 'start with N job files to the first answer',
  sizeOf: 'job files',
  sizes: { quick: [0, 1000], usual: [0, 10, 1000, 10_000], long: [0, 10, 1000, 10_000] },
  repeats: { quick: 5, usual: 15, long: 40 },
  metrics: [{ name: 'time', unit: 'ms', better: 'less', goals: [{ size: 0, atMost: 90 }] }],
  subjects: [bareNode, ...INITS.map(firstAnswer)],
};

/** Writes all files and reads each when it is notified of it, in C. */
const bareWatch: Subject = {
  name: 'inotify and read, in C',
  kind: 'limit',
  async open(size) {
    const folder = makeFolder();
    for (let i = 1; i <= size; i++) writeFileSync(join(folder, `${jobName(i)}.conf`), 'start on go\nexec sleep 1\n');
    return {
      once: async () => [await meter(['watch', folder])],
      close: async () => rmSync(folder, { recursive: true }),
    };
  },
};

export const RELOAD: Scenario = {
  name: 'reload',
  title: 'reload-configuration with N files',
  sizeOf: 'job files',
  sizes: { quick: [1000], usual: [10, 1000, 10_000], long: [10, 1000, 10_000] },
  repeats: { quick: 5, usual: 20, long: 50 },
  metrics: [{ name: 'time', unit: 'ms', better: 'less', goals: [{ size: 1000, atMost: 56 }] }],
  subjects: onCommands(['reload'], {
    workload: (size) => services(size),
    steps: [{ words: (commands) => commands.reload(), timed: true }],
  }),
};

export const CHANGED_FILES: Scenario = {
  name: 'changed-files',
  title: 'N files written anew until all are in use',
  sizeOf: 'job files',
  sizes: { quick: [1000], usual: [10, 1000], long: [10, 1000, 10_000] },
  repeats: { quick: 3, usual: 10, long: 20 },
  metrics: [{ name: 'time', unit: 'ms', better: 'less' }],
  subjects: [
    bareWatch,
    ...onInits({
      can: (init) => init === THIS,
      workload: (size) => services(size),
      async open(running, size) {
        const client = await connect({ path: controlSocketOf(running) });
        const conf = join(running.folder, 'conf');
        const files = readdirSync(conf);
        const text = readFileSync(join(conf, files[0] as string), 'utf8');
        let version = 0;
        return {
          async once() {
            version++;
            const began = performance.now();
            for (const file of files) writeFileSync(join(conf, file), `version "${version}"\n${text}`);
            await until('the files are in use', async () => {
              const known = await client.call('config', { job: null });
              return known.length === size && known.every((job) => job.version === String(version));
            });
            return [performance.now() - began];
          },
          close: async () => client.close(),
        };
      },
    }),
  ],
};
