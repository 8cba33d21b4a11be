import { expect, test } from 'vitest';
import { UsageError } from './options.ts';
import { callTool, type Tool } from './tool.ts';

const tool: Tool = {
  name: 'tool',
  wordKind: 'none',
  usage: 'WHAT',
  synopsis: 'Do something.',
  options: [
    { long: 'env', short: 'e', value: 'KEY=VALUE', description: 'a variable' },
    { long: 'time', short: 't', letterOnly: true, value: 'SECONDS', description: 'a time' },
  ],
  help: 'It does.',
  run({ args: [what], given, out }) {
    if (what === undefined) throw new UsageError('missing what');
    if (what === 'file') throw new Error('/no/file: No such file or directory');
    if (what === 'own') throw new Error('own: No such file or directory');
    if (what === 'bad') throw new Error('It is bad');
    out(`${what} ${given.map(([option, value]) => `${option}:${value}`).join(' ')}\n`);
    return 3;
  },
};

async function call(...argv: string[]): Promise<[number, string]> {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  return [await callTool(tool, argv, { out: write, err: write }), text];
}

const HINT = "Try `tool --help' for more information.\n";

test.each([
  [['x', '-e', 'A=1', '--env=A=2'], 3, 'x env:A=1 env:A=2\n'],
  [['x', '-t', 'c', '-t5'], 3, 'x time:c time:5\n'],
  [['x', '--time=5'], 1, `tool: invalid option: --time=5\n${HINT}`],
  [['x', '-q'], 3, ''],
  [['x', '--debug'], 3, 'x debug:true\n'],
  [[], 1, `tool: missing what\n${HINT}`],
  [['--fly'], 1, `tool: invalid option: --fly\n${HINT}`],
  [['-e'], 1, `tool: missing argument: -e\n${HINT}`],
  [['bad'], 1, 'tool: It is bad\n'],
  [['file'], 1, 'tool:/no/file: No such file or directory\n'],
  [['own'], 1, 'tool:own: No such file or directory\n'],
])('%j', async (argv, status, text) => {
  expect(await call(...argv)).toEqual([status, text]);
});

test('help and version', async () => {
  expect(await call('--version')).toEqual([0, expect.stringMatching(/^tool \(upstart \d+\.\d+\.\d+\)\n/)]);
  const [status, text] = await call('--help', 'x');
  expect([status, text]).toEqual([0, expect.stringMatching(/^Usage: tool \[OPTION\]\.\.\. WHAT\nDo something\.\n/)]);
  expect(text).toMatch(/-e, --env=KEY=VALUE +a variable/);
  expect(text).toMatch(/^ {2}-t SECONDS +a time$/m);
});

test('people see what they may have meant', async () => {
  const mistaken = { ...tool, mistaken: 'A tool is no toy.' };
  const call = async (hinting: boolean, word: string): Promise<string> => {
    let text = '';
    const err = (more: string): void => {
      text += more;
    };
    await callTool(mistaken, [word], { out: err, err, hinting });
    return text;
  };
  expect(await call(true, '--fly')).toBe(`tool: invalid option: --fly\n${HINT}A tool is no toy.\n`);
  expect(await call(false, '--fly')).toBe(`tool: invalid option: --fly\n${HINT}`);
  expect(await call(true, 'bad')).toBe('tool: It is bad\n');
});
