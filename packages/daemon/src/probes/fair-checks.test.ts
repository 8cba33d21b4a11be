/** Checks of a healthy service while init itself is in trouble: no descriptors, or a pause of the whole process. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeTarget } from '@upstart/job-language';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import type { ArmedProbe, ProbeResult } from '../engine/model/probe-state.ts';
import type { Outcome } from './attempt.ts';
import { failureOf } from './connection.ts';
import { Prober } from './prober.ts';

const TIMEOUT_MS = 20;
const PORT: ProbeTarget = { kind: 'tcp', host: '127.0.0.1', port: 1 };
const check = (target: ProbeTarget): ArmedProbe => ({
  ...{ id: 1, instance: 7, target, intervalMs: 1, timeoutMs: TIMEOUT_MS },
  check: { failures: 0, threshold: 1, isUnhealthy: false },
});

it.each([
  ['EMFILE', true],
  ['ENFILE', true],
  ['ENOMEM', true],
  ['ENOBUFS', true],
  ['ECONNREFUSED', false],
])('an error %s means that there was no try: %s', (code, isUntried) => {
  const error = Object.assign(new Error(code), { code });
  for (const given of [error, new AggregateError([error])]) {
    const outcome = failureOf(given, 'localhost');
    expect([outcome.isGood, outcome.isUntried === true]).toEqual([false, isUntried]);
  }
});

it('a try that did not come about counts neither as failure nor as success', async () => {
  const results: ProbeResult[] = [];
  const outcomes: Outcome[] = [
    { isGood: false, answer: 'too many open files', isUntried: true },
    { isGood: false, answer: 'connection refused' },
  ];
  let tries = 0;
  const prober = new Prober(
    (result) => results.push(result),
    (_target, done) => {
      const outcome = outcomes[Math.min(tries++, 1)] as Outcome;
      setImmediate(() => done(outcome));
      return { stage: () => '', cancel: () => {} };
    },
  );
  prober.arm(check(PORT));
  onTestFinished(() => prober.drop(1));
  await eventually('it has failed', () => results.length > 0);
  expect(results.map(({ answer }) => answer)).toEqual(['connection refused']);
});

it('an answer that has arrived while the process stood still comes before the timeout', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fair-'));
  const server = createServer().listen(join(folder, 'socket'));
  const client = connect(join(folder, 'socket'));
  const [service] = (await once(server, 'connection')) as [Socket];
  service.on('error', () => {});
  onTestFinished(() => {
    client.destroy();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const results: ProbeResult[] = [];
  let answers = 0;
  const prober = new Prober(
    (result) => results.push(result),
    (_target, done) => {
      client.once('data', () => {
        answers++;
        done({ isGood: true, answer: 'connected' });
      });
      setImmediate(() => {
        service.write('answer');
        const endMs = performance.now() + 3 * TIMEOUT_MS;
        while (performance.now() < endMs);
      });
      return { stage: () => '', cancel: () => {} };
    },
  );
  prober.arm(check(PORT));
  onTestFinished(() => prober.drop(1));
  await eventually('the service has answered some tries', () => answers > 3);
  expect(results).toEqual([]);
});
