import { describe, expect, it } from 'vitest';
import { EnvFileError, parseEnvFile } from './env-file.ts';

/** The line and the fault of a text. */
function fault(text: string): [number, string] | null {
  try {
    parseEnvFile(text);
    return null;
  } catch (error) {
    if (!(error instanceof EnvFileError)) throw error;
    return [error.line, error.fault];
  }
}

describe('a file of variables', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['\n  # only a comment\n\t\n', []],
    ['A=1\nB = two words \nexport C=3', ['A=1', 'B=two words', 'C=3']],
    ['A=\nB=""\nC=#none', ['A=', 'B=', 'C=']],
    ['A=1 # a comment\nB=a#b\nC="a # b" # comment\n', ['A=1', 'B=a#b', 'C=a # b']],
    ["A='$HOME \\n \"'\n", ['A=$HOME \\n "']],
    ['A="say \\"hi\\"\\n\\tthere \\$x \\\\"', ['A=say "hi"\n\tthere $x \\']],
    ['A="two  \n lines"\nB=1', ['A=two  \n lines', 'B=1']],
    ['A=1\r\nB="2"\r\n', ['A=1', 'B=2']],
    ['A=x=y\nA=again', ['A=x=y', 'A=again']],
    ["A=it's", ["A=it's"]],
    ['exported=1', ['exported=1']],
    ['A=ä\n', ['A=ä']],
  ])('%j', (text, variables) => {
    expect(parseEnvFile(text)).toEqual(variables);
  });

  it.each<[string, [number, string]]>([
    ['A=1\nnonsense\n', [2, 'assignment']],
    ['export A', [1, 'assignment']],
    ['\n1A=1', [2, 'name']],
    ['=1', [1, 'name']],
    ['A B=1', [1, 'name']],
    ['A-B=1', [1, 'name']],
    ['A=1\nB="open\nC=1\n', [2, 'quote']],
    ["A='open", [1, 'quote']],
    ['A="1\n2" more', [2, 'behind']],
    ['A="1\n2"\n\nB', [4, 'assignment']],
    ['A=1\nB=\0', [2, 'nul']],
  ])('%j is at fault', (text, expected) => {
    expect(fault(text)).toEqual(expected);
  });

  it('is read in one pass, however many lines a quoted value has', () => {
    const text = `A="${'x\n'.repeat(30_000)}"\n`.repeat(2);
    expect(parseEnvFile(text)).toHaveLength(2);
    expect(fault(`A="${'\\\n'.repeat(30_000)}`)).toEqual([1, 'quote']);
  });

  it.each([
    ['a name', 'A', '=1', 'name'],
    ['an `export`', 'export', 'A', 'assignment'],
    ['the end of a line', 'A', 'B', 'assignment'],
    ['a quote', 'A="b"', 'B', 'behind'],
  ])('is read in time that grows with its size: blanks behind %s', (_where, before, behind, expected) => {
    // An algorithm that retries at each blank would take hours.
    const found = (text: string): unknown => {
      try {
        return parseEnvFile(text).length;
      } catch (error) {
        return (error as EnvFileError).fault;
      }
    };
    const blanks = ' '.repeat(120_000);
    expect(found(`${before}${blanks}${behind}`)).toBe(expected === 'name' ? 1 : expected);
  });

  it('keeps blanks and marks inside of values', () => {
    const blanks = ' \t'.repeat(60_000);
    expect(parseEnvFile(`A=x${blanks}y\nB=${blanks}z\nC=a#b\u2028\rc # d\n`)).toEqual([
      `A=x${blanks}y`,
      'B=z',
      'C=a#b\u2028\rc',
    ]);
    expect(parseEnvFile(`A=x${' #'.repeat(60_000)}`)).toEqual(['A=x']);
  });

  it('expands variables where that is asked for', () => {
    const text = [
      ...[
        'A=a',
        'B=$A/${A}',
        'C="${A} \\$A \\n${OUT}"',
        "D='$A'",
        'E=pa$word\\$A$',
        'F=${NONE}x${NONE:-d}${A:+s}${EMPTY-e}',
      ],
      ...['EMPTY=', 'G=${EMPTY:-y}${EMPTY-z}', 'OUT=mine', 'H=$OUT'],
    ].join('\n');
    const found = parseEnvFile(text, (name) => (name === 'OUT' ? 'out\\n' : undefined));
    expect(found).toEqual([
      ...['A=a', 'B=a/a', 'C=a $A \nout\\n', 'D=$A', 'E=pa$word$A$', 'F=xdse'],
      ...['EMPTY=', 'G=y', 'OUT=mine', 'H=out\\n'],
    ]);
    expect(parseEnvFile('A=$B\nC="${D}"')).toEqual(['A=$B', 'C=${D}']);
  });
});
