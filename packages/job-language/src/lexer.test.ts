import { describe, expect, test } from 'vitest';
import { parseJob } from './parse-job.ts';

const parse = (text: string) => parseJob(text, { name: 'job', path: 'job.conf' });
const usage = (word: string) => parse(`usage ${word}\ntask\n`).usage;
const command = (text: string) => parse(`exec ${text}\ntask\n`).processes.main?.text;
const block = (text: string) => parse(`script\n${text}end script\ntask\n`).processes.main?.text;
const refusal = (text: string) => {
  try {
    parse(text);
  } catch (error) {
    return String(error).replace(/^job\.conf:/, '');
  }
  return 'accepted';
};

describe('words', () => {
  test.each([
    ['one', 'one'],
    ['  one \t# comment', 'one'],
    ['one#comment', 'one'],
    ['"one # two"', 'one # two'],
    [`'a "b" c'`, 'a "b" c'],
    [`"it's"`, "it's"],
    ['un"quo ted"mid', 'unquo tedmid'],
    [`"a"'b'c`, 'abc'],
    [`x''y`, 'xy'],
    ['"  kept  "', '  kept  '],
    ['one\\ word', 'one word'],
    ['tab\\\tchar', 'tab\tchar'],
    ['back\\\\slash', 'back\\slash'],
    ['quo\\"te', 'quo\\"te'],
    ['new\\nline', 'new\\nline'],
    ['"in\\\\quotes"', 'in\\quotes'],
    ["'it\\'s'", "it\\'s"],
    ['hash\\#mark', 'hash\\#mark'],
    ['"a\\ b"', 'a b'],
    ['foo\\\nbar', 'foo bar'],
    ['foo\\\n\\\nbar', 'foo bar'],
    ['\\\n  foo', 'foo'],
    ['foo \\\n', 'foo'],
    ['"first\n     second\n\n   third"', 'first second third'],
    ['"first \\\n  second"', 'first second'],
    ['"\n"', ' '],
    ['one\r', 'one'],
    ['one\0two three', 'one'],
    ['"one\0two"', 'one\0two'],
    ['gr\u00fc\u00dfe\udc80', 'gr\u00fc\u00dfe\udc80'],
    ['(parens)', '(parens)'],
    // The original turns the blank into a backslash (gotchas §5.1).
    ['"x \\"y\\" z"', 'x \\"y\\" z'],
  ])('%j is %j', (text, expected) => {
    expect(usage(text)).toBe(expected);
  });

  test('a blank beside a continued line end separates words', () => {
    expect(parse('export a\\\n  b\\\nc').export).toEqual(['a', 'b c']);
  });

  test('a NUL makes the rest of its line a comment', () => {
    expect(parse('usage one\0 two\ntask')).toMatchObject({ usage: 'one', task: true });
    expect(parse('\0task\nrespawn')).toMatchObject({ task: false, respawn: true });
  });
});

describe('commands', () => {
  test.each([
    ['run it', 'run it'],
    ['  run   "a  b"  \'c\'  # comment', 'run   "a  b"  \'c\''],
    ['foo#bar', 'foo'],
    ['run one\\ word back\\\\slash \\$HOME', 'run one\\ word back\\\\slash \\$HOME'],
    ['run a \\\n     b', 'run a b'],
    ["run 'and\n    so on' p   q \\\n   r", "run 'and so on' p   q r"],
    ['""', '""'],
    ['(a; b)', '(a; b)'],
    // The original turns the blank into a backslash (gotchas §5.1).
    ['echo foo \\"bar\\"', 'echo foo \\"bar\\"'],
    ['echo   \\x', 'echo   \\x'],
    ['run\r', 'run'],
  ])('%j is %j', (text, expected) => {
    expect(command(text)).toBe(expected);
  });
});

describe('blocks', () => {
  test.each([
    ['', ''],
    ['  one\n  two\n', 'one\ntwo\n'],
    ['    one\n  two\n   three\n', '  one\ntwo\n three\n'],
    ['  one\n\n  two\n', '  one\n\n  two\n'],
    ['\n  one\n', '\n  one\n'],
    ['  one\n \n  two\n', ' one\n\n two\n'],
    ['\tone\n\t two\n', 'one\n two\n'],
    ['\tone\n        two\n', '\tone\n        two\n'],
    ['one\r\ntwo\r\n', 'one\r\ntwo\r\n'],
    [' end\n script\n', 'end\nscript\n'],
    [' end script x\n end scripts\n endscript\n', 'end script x\nend scripts\nendscript\n'],
    [' echo "don\'t # \\\n', 'echo "don\'t # \\\n'],
  ])('%j is %j', (text, expected) => {
    expect(block(text)).toBe(expected);
  });

  test.each(['end script', ' \tend \t script \r # really', 'end script#', 'end script\r'])(
    '%j ends one, at the end of the file too',
    (end) => {
      expect(parse(`script # what\n  run\n${end}`).processes.main?.text).toBe('run\n');
      expect(parse(`script\n  run\n${end}\ntask`)).toMatchObject({ task: true });
    },
  );

  test('the first line that says so ends it', () => {
    const job = parse('script\ncat <<EOF\nend script\nusage after\n');
    expect(job).toMatchObject({ usage: 'after', processes: { main: { text: 'cat <<EOF\n' } } });
  });

  test('tells where the text of a block starts', () => {
    const seen: unknown[] = [];
    const onScript = (...args: unknown[]) => seen.push(args);
    parseJob('task\nscript\n  a\nend script\npre-start script\n  b\nend script\n', { name: '', path: '', onScript });
    expect(seen).toEqual([
      ['main', 3, 'a\n'],
      ['pre-start', 6, 'b\n'],
    ]);
  });
});

describe('the line of an error', () => {
  test.each([
    ['task\ndescription "no end\nrespawn\n', '4: Unterminated quoted string'],
    ['usage "it\'s\n', '2: Unterminated quoted string'],
    ["exec echo don't\ntask\n", '3: Unterminated quoted string'],
    ["exec echo don't\ntask # won't\n", 'accepted'],
    ['usage "a\\', '1: Unterminated quoted string'],
    ['task\nexec true \\', '2: Trailing slash in file'],
    ['env A=b\\', '1: Trailing slash in file'],
    ['\\', '1: Trailing slash in file'],
    ['task \\', '1: Unexpected token'],
    ['task\nscript\n  true\n', '4: Unterminated block'],
    ['pre-start script\n  true\nend  scripts\n\n\n', '6: Unterminated block'],
    ['script\n true', '2: Unterminated block'],
    ['script', '1: Unterminated block'],
    ['task\nusage ""\n', '2: Expected token'],
    ['usage "a\nb" c\n', '2: Unexpected token'],
    ['env A=one\\\n   two\n', '2: Unexpected token'],
    ['task \\\nenv A=b\n', '2: Unexpected token'],
    ['script\nx\nend script\nbad', '4: Unknown stanza'],
    ['exec a \\\n b\nbad', '3: Unknown stanza'],
    ['\r\n\r\nbad\r\n', '3: Unknown stanza'],
    ['bad\\\nkeyword', '2: Unknown stanza'],
    ['task\n""', '2: Unknown stanza'],
    ["start '' on", '1: Unknown stanza'],
    ['kill\n', '1: Expected token'],
    ['\\\ntask\n', '2: Unknown stanza'],
    ['task\n  \\\n  task\n', '3: Unknown stanza'],
    ['\\\n# comment\n', '2: Unknown stanza'],
    ['manual \\\ntask\n', '2: Unknown stanza'],
    ['start \\\n on \\\n ping\n', 'accepted'],
  ])('%j: %s', (text, expected) => {
    expect(refusal(text)).toBe(expected);
  });
});
