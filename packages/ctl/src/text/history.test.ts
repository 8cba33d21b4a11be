import type { HistoryEntry, LeaseEntry } from '@upstart/protocol';
import { expect, it } from 'vitest';
import { paletteFor } from './colour.ts';
import { historyName, historyText, isMilestone } from './history.ts';

const PLAIN = paletteFor(false, {});

it('tells changes of leases', () => {
  const base = { id: 2, atMs: 0, monotonicMs: 0, after: 1, job: 'web', instance: '' };
  const taken: LeaseEntry = {
    ...{ ...base, kind: 'lease', lease: 'ma\nin', change: 'taken', token: 42 },
    cause: { kind: 'request', request: 'grantLease', text: 'from host b' },
  };
  const peer = { pid: 7, uid: 0, gid: 0, name: 'upstart-bridge' };
  const handedOver: LeaseEntry = {
    ...{ ...taken, change: 'handed-over' },
    cause: { kind: 'request', request: 'endLease', text: 'because its host is drained by cluster host a', peer },
  };
  const unknown: LeaseEntry = { ...taken, cause: { kind: 'request', request: 'grantLease', text: '' } };
  const granted: LeaseEntry = { ...taken, cause: { kind: 'request', request: 'grantLease', text: '', peer } };
  expect([taken, handedOver, unknown, granted].map((entry) => historyText(entry, PLAIN))).toEqual([
    'lease ma\\x0ain taken (token 42) from host b',
    'lease ma\\x0ain handed over because its host is drained by cluster host a, uid 0, pid 7 (upstart-bridge)',
    'lease ma\\x0ain taken (token 42)',
    'lease ma\\x0ain taken (token 42), uid 0, pid 7 (upstart-bridge)',
  ]);
  expect([isMilestone(taken), historyName(taken)]).toEqual([true, 'web']);
});

it('tells goals with their causes, of which some are sentences of their own', () => {
  const goal = (to: 'start' | 'stop', text: string): HistoryEntry => ({
    ...{ id: 2, atMs: 0, monotonicMs: 0, after: 1, job: 'web', instance: '', kind: 'goal', from: 'stop', to },
    cause: { kind: 'event', text },
  });
  const goals = [goal('start', 'by `up`'), goal('stop', 'because it ended'), goal('stop', 'restarted by `up`')];
  expect([...goals, goal('stop', '')].map((entry) => historyText(entry, PLAIN))).toEqual([
    'start by `up`',
    'stop because it ended',
    'stop: restarted by `up`',
    'stop',
  ]);
});
