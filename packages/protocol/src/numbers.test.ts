import { expect, test } from 'vitest';
import { numbersOf } from './numbers.ts';
import type { InstanceStatus, JobStatus } from './status.ts';

const EXIT = { exitStatus: 3, exitSignal: null, at: 7 };
const CHECK = { check: 'tcp :1', healthy: false, failures: 3, answer: 'no', unhealthySince: 1 };

function instance(more: Partial<InstanceStatus>): InstanceStatus {
  return { name: '', goal: 'start', state: 'running', processes: [], health: 'well', ...more };
}

const JOBS: JobStatus[] = [
  { job: 'idle', health: 'well', why: null, last: null, instances: [] },
  {
    ...{ job: 'web', health: 'unhealthy', why: 'no', last: null },
    instances: [
      instance({
        ...{ since: 1000, readyMs: 250, respawns: 2, memoryBytes: 4096, cpuMs: 30, checks: [CHECK] },
        processes: [
          { slot: 'main', pid: 11 },
          { slot: 'post-start', pid: 12 },
        ],
      }),
      instance({
        ...{ name: 'b', goal: 'stop', state: 'killed', memoryBytes: null, cpuMs: null, lastExit: EXIT },
        logTrouble: { path: '/log', error: 'full', meaning: null, since: 1, dropped: 99 },
        processes: [{ slot: 'main', pid: 13 }],
      }),
    ],
  },
  {
    ...{ job: 'db', health: 'failed', why: 'it died', instances: [] },
    last: { instance: '', at: 1, respawns: 0, exit: EXIT },
  },
];

test('are the columns of jobs, instances, processes and checks', () => {
  expect(numbersOf(JOBS)).toEqual({
    jobs: ['idle', 'web', 'db'],
    healths: { well: 1, unhealthy: 1, failed: 1 },
    states: { running: 1, killed: 1 },
    failures: [
      { job: 'web', health: 'unhealthy', exit: EXIT },
      { job: 'db', health: 'failed', exit: EXIT },
    ],
    instances: {
      job: [1, 1],
      name: ['', 'b'],
      isUp: [true, false],
      since: [1000, null],
      readyMs: [250, null],
      respawns: [2, null],
      memoryBytes: [4096, null],
      cpuMs: [30, null],
      droppedBytes: [0, 99],
    },
    processes: { instance: [0, 0, 1], pid: [11, 12, 13] },
    checks: [{ instance: 0, check: 'tcp :1', healthy: false, failures: 3 }],
  });
});

test('are empty without jobs, and those of jobs without details are what is known of them', () => {
  expect(numbersOf([])).toMatchObject({ jobs: [], healths: {}, instances: { name: [] }, processes: { pid: [] } });
  const [bare] = [{ job: 'web', instances: [{ name: '', goal: 'start', state: 'running', processes: [] }] }] as const;
  expect(numbersOf([bare as unknown as JobStatus])).toMatchObject({
    healths: { well: 1 },
    instances: { isUp: [true], since: [null], droppedBytes: [0] },
  });
});
