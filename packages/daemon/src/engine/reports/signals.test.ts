import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { TestWorld } from '../testing/world.ts';

const { SIGHUP, SIGINT, SIGPWR, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH } = constants.signals;

/** The effects of a signal's report. */
function done(settings: ConstructorParameters<typeof TestWorld>[0], signal: number): string[] {
  const world = new TestWorld(settings);
  const effects = world.input({ type: 'report', report: { type: 'signal', seq: 1, signal } });
  return effects.flatMap((effect) => {
    if (effect.type === 'duty') return [effect.duty];
    if (effect.type === 'notify' && effect.notification.event === 'event-emitted') return [effect.notification.name];
    return effect.type === 'command' ? [effect.command.type] : [];
  });
}

const QUIESCED = ['session-end', 'end'];

test.each([
  [SIGHUP, ['reload-configuration'], ['reload-configuration'], ['reload-configuration']],
  [SIGINT, ['control-alt-delete'], QUIESCED, QUIESCED],
  [SIGQUIT, [], [], QUIESCED],
  [SIGWINCH, ['keyboard-request'], [], []],
  [SIGPWR, ['power-status-changed'], [], QUIESCED],
  [SIGUSR1, ['listen-again'], [], ['listen-again']],
  [SIGUSR2, [], [], []],
  [SIGTERM, ['replace'], QUIESCED, QUIESCED],
  [37, [], [], QUIESCED],
])('signal %i', (signal, ...expected) => {
  const inits = [{ pid1: true }, {}, { container: true }];
  expect(inits.map((settings) => done(settings, signal))).toEqual(expected);
});
