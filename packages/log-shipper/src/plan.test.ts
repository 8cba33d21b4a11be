import { expect, test } from 'vitest';
import { planOf } from './plan.ts';

const GIVEN = ['central syslog tcp://logs label.env=prod', 'web-only otlp jobs=web*', 'asked journald jobs='];

function jobsOf(given: readonly string[], configs: Parameters<typeof planOf>[1]): Record<string, unknown> {
  return Object.fromEntries([...planOf(given, configs)].map(([name, { jobs }]) => [name, Object.fromEntries(jobs)]));
}

test('targets of upstart.conf are for the jobs that their patterns name, and for those that name them', () => {
  expect(
    jobsOf(GIVEN, [
      { job: 'web', logLabels: ['env=test', 'team=a'] },
      { job: 'db', logTo: ['asked'] },
      { job: 'quiet', logTo: ['none'] },
      { job: 'own', logTo: ['none', 'central'] },
      // An init from before 2.14 says nothing.
      { job: 'old' },
    ]),
  ).toEqual({
    central: { web: ['env=test', 'team=a'], db: ['env=prod'], own: ['env=prod'], old: ['env=prod'] },
    'web-only': { web: ['env=test', 'team=a'] },
    asked: { db: [] },
  });
});

test('targets that jobs alone name', () => {
  const plan = planOf(
    [],
    [
      { job: 'a', logTo: ['syslog udp://x:514', 'gone'] },
      { job: 'b', logTo: ['syslog udp://x:514'] },
    ],
  );
  expect(plan.get('syslog udp://x:514')?.target).toMatchObject({ kind: 'syslog', location: 'udp://x:514' });
  expect([...(plan.get('syslog udp://x:514')?.jobs.keys() ?? [])]).toEqual(['a', 'b']);
  expect(plan.get('gone')?.target).toBeNull();
});
