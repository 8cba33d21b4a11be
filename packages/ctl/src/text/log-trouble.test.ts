import { expect, it } from 'vitest';
import { paletteFor } from './colour.ts';
import { explanationLines } from './explanation.ts';
import { statusLines, statusTable } from './status.ts';

const plain = paletteFor(false, {});
const logTrouble = {
  path: '/var/log/upstart/web.log',
  error: 'Is a directory',
  meaning: 'there is a folder in its place',
  since: Date.UTC(2026, 10, 28, 12),
  dropped: 5000,
};
const web = {
  job: 'web',
  instances: [
    {
      name: '',
      goal: 'start' as const,
      state: 'running' as const,
      processes: [{ slot: 'main' as const, pid: 7 }],
      logTrouble,
    },
  ],
};

it('people see it below the status; the line for scripts stays as it is', () => {
  expect(statusLines(web)).toEqual(['web start/running, process 7']);
  expect(statusTable([web], plain)).toEqual([
    'web start/running, process 7',
    '\tits log cannot be written: Is a directory',
  ]);
});

it.each([
  [
    logTrouble,
    'Is a directory (there is a folder in its place); it began 5 minutes ago (2026-11-28T12:00:00Z); 5000 bytes of output have been dropped',
  ],
  [
    { ...logTrouble, meaning: null, dropped: 0 },
    'Is a directory; it began 5 minutes ago (2026-11-28T12:00:00Z); its output is kept for now',
  ],
])('an explanation has all of it: %#', (trouble, text) => {
  const nothing = {
    why: 'never started',
    notes: [],
    startOn: null,
    stopOn: null,
    instances: [],
    last: null,
    broken: [],
  };
  const now = new Date(trouble.since + 300_000);
  const lines = explanationLines({ job: 'web', defined: true, ...nothing, logs: [trouble] }, plain, now);
  expect(lines[1]).toBe(`  log: /var/log/upstart/web.log cannot be written: ${text}`);
  expect(explanationLines({ job: 'web', defined: true, ...nothing }, plain, now)).toHaveLength(1);
});
