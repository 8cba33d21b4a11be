import { expect, test } from 'vitest';
import { Console } from './console.ts';

test('sequences for terminals are left out, also when they come in pieces', () => {
  const console = new Console();
  for (const piece of ['db \x1b', '[3', '2mstart\x1b[39', 'm/running\r\n']) console.add(piece);
  expect(console.since(0)).toBe('db start/running\n');
});

test('what is waited for counts from a place on', async () => {
  const console = new Console();
  console.add('login: ');
  await console.until(/login: $/, 0, 1);
  const second = console.until(/login: $/, console.here, 1);
  console.add('root\n');
  console.add('login: ');
  await second;
  await expect(console.until(/never/, 0, 0.01)).rejects.toThrow('no /never/ on the console within 0.01 s');
});

test('when nothing more comes, nobody waits', async () => {
  const console = new Console();
  const waiting = console.until(/late/, 0, 100);
  console.end('it has ended');
  await expect(waiting).rejects.toThrow('no /late/ on the console: it has ended');
  await expect(console.until(/later/, 0, 100)).rejects.toThrow('it has ended');
});
