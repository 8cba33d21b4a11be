import { expect, test } from 'vitest';
import { Emitter, MAX_IN_FLIGHT } from './emitter.ts';
import { leveledLog } from './log.ts';

/** A client whose answers the test gives, and what it was asked. */
function begin() {
  const asked: string[] = [];
  const answers: { resolve(): void; reject(error: Error): void }[] = [];
  const lines: string[] = [];
  const call = (_method: string, { name, wait }: { name: string; wait: boolean }): Promise<null> => {
    asked.push(wait ? `${name} waiting` : name);
    return new Promise((resolve, reject) => answers.push({ resolve: () => resolve(null), reject }));
  };
  const log = leveledLog({}, (_level, text) => void lines.push(text));
  return { asked, answers, lines, emitter: new Emitter({ call: call as never }, log) };
}

test('events are sent in order, so many at a time', async () => {
  const { asked, answers, emitter } = begin();
  const done = Array.from({ length: MAX_IN_FLIGHT + 3 }, (_, i) => emitter.emit(`e${i}`, []));
  await Promise.resolve();
  expect(asked).toHaveLength(MAX_IN_FLIGHT);
  for (let i = 0; i < done.length; i++) {
    answers[i]?.resolve();
    await done[i];
  }
  expect(asked).toEqual(done.map((_, i) => `e${i}`));
});

test('a refusal is logged, and the next event is sent', async () => {
  const { answers, lines, emitter } = begin();
  const refused = emitter.emit('bad', []);
  await Promise.resolve();
  answers[0]?.reject(new Error('Event name cannot be empty'));
  await refused;
  expect(lines).toEqual(['Event name cannot be empty']);
});

test('an event that is waited for holds up no other, and its failure is the caller’s', async () => {
  const { asked, answers, lines, emitter } = begin();
  const waiting = Array.from({ length: MAX_IN_FLIGHT + 1 }, (_, i) => emitter.emit(`w${i}`, [], { wait: true }));
  const last = emitter.emit('last', []);
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  expect(asked).toHaveLength(MAX_IN_FLIGHT + 2);
  answers[0]?.reject(new Error('Event failed'));
  await expect(waiting[0]).rejects.toThrow('Event failed');
  for (const answer of answers) answer.resolve();
  await Promise.all([...waiting.slice(1), last]);
  expect(lines).toEqual([]);
});
