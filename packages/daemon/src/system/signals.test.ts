import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { CONTAINER_SIGNALS, SESSION_SIGNALS, type SignalDuties, SYSTEM_SIGNALS } from './signals.ts';

const { SIGHUP, SIGINT, SIGPWR, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH } = constants.signals;

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
  [SIGHUP, ['reload'], ['reload'], ['reload']],
  [SIGINT, ['emit control-alt-delete'], ['quiesce'], ['quiesce']],
  [SIGQUIT, [], [], ['quiesce']],
  [SIGWINCH, ['emit keyboard-request'], [], []],
  [SIGPWR, ['emit power-status-changed'], [], ['quiesce']],
  [SIGUSR1, ['listen'], [], ['listen']],
  [SIGUSR2, [], [], []],
  [SIGTERM, ['re-execute'], ['quiesce'], ['quiesce']],
  [37, [], [], ['quiesce']],
])('signal %i', (signal, ...expected) => {
  expect([SYSTEM_SIGNALS, SESSION_SIGNALS, CONTAINER_SIGNALS].map((table) => done(table, signal))).toEqual(expected);
});
