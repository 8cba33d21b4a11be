import { expect, it } from 'vitest';
import type { CommandContext } from './context.ts';
import { Printer } from './printer.ts';

function printed(terminal: CommandContext['terminal'], env: CommandContext['env'], hang?: number): string {
  let out = '';
  const write = (text: string): void => {
    out += text;
  };
  const connect = () => Promise.reject(new Error('no daemon'));
  new Printer('upstart', { env, terminal, local: true, out: write, err: write, connect }).lines(TEXTS, hang);
  return out;
}

const TEXTS = ['web stop/waiting: its last run failed', '  seen  started db'];

it('breaks lines for a terminal only, at its width or that of COLUMNS', () => {
  const terminal = { out: true, err: true, columns: 30 };
  expect(printed(terminal, {})).toBe('web stop/waiting: its last run\n  failed\n  seen  started db\n');
  expect(printed(terminal, {}, 5)).toBe('web stop/waiting: its last run\n     failed\n  seen  started db\n');
  expect(printed(terminal, { COLUMNS: '90' })).toBe(`${TEXTS.join('\n')}\n`);
  expect(printed({ ...terminal, out: false }, {})).toBe(`${TEXTS.join('\n')}\n`);
  expect(printed({ ...terminal, columns: 0 }, {})).toBe(`${TEXTS.join('\n')}\n`);
});
