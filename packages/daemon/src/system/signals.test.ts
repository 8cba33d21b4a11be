import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { SESSION_SIGNALS, type SignalDuties, SYSTEM_SIGNALS } from './signals.ts';

const { SIGHUP, SIGINT, SIGPWR, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH } = constants.signals;

function done(table: typeof SYSTEM_SIGNALS, signal: number): string[] {
  const calls: string[] = [];
  const duties: SignalDuties = {
    emit: (event) => calls.push(`emit ${event}`),
    reloadConfiguration: () => calls.push('reload'),
    listenAgain: () => calls.push('listen'),
    reexecute: () => calls.push('re-execute'),
    quiesce: () => calls.push('quiesce'),
  };
  table.get(signal)?.(duties);
  return calls;
}

test.each([
  [SIGHUP, ['reload'], ['reload']],
  [SIGINT, ['emit control-alt-delete'], []],
  [SIGWINCH, ['emit keyboard-request'], []],
  [SIGPWR, ['emit power-status-changed'], []],
  [SIGUSR1, ['listen'], []],
  [SIGUSR2, [], []],
  [SIGTERM, ['re-execute'], ['quiesce']],
])('signal %i', (signal, system, session) => {
  expect([done(SYSTEM_SIGNALS, signal), done(SESSION_SIGNALS, signal)]).toEqual([system, session]);
});
