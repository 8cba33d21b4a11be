/** Condition…= and Assert…= as lines of pre-start: a job whose condition fails stops without a failure. */
import { shellWord } from '../../job-file/words.ts';
import type { Report } from '../../report-builder.ts';
import type { Unit } from '../unit/unit-file.ts';
import { plainText, type SpecifierContext } from './specifiers.ts';

/** By the directive without `Condition`: a command that succeeds if it is so; the value is a word of the shell. */
export const START_TESTS: Readonly<Record<string, (value: string) => string>> = {
  PathExists: (path) => `test -e ${path}`,
  PathIsDirectory: (path) => `test -d ${path}`,
  PathIsSymbolicLink: (path) => `test -L ${path}`,
  PathIsReadWrite: (path) => `test -w ${path}`,
  PathIsMountPoint: (path) => `mountpoint -q ${path}`,
  FileNotEmpty: (path) => `test -s ${path}`,
  FileIsExecutable: (path) => `test -x ${path}`,
  DirectoryNotEmpty: (path) => `ls -A ${path} 2> /dev/null | grep -q .`,
  KernelCommandLine: (word) => `tr ' ' '\\n' < /proc/cmdline | grep -q -e ^${word}$ -e ^${word}=`,
  Host: (name) => `test "$(hostname)" = ${name}`,
  User: (name) => `test "$(id -un)" = ${name}`,
  Environment: (word) => `env | grep -q -e ^${word}$ -e ^${word}=`,
  ACPower: () => 'on_ac_power',
};

const PATTERNS = ['PathExistsGlob'];

export function startTests(unit: Unit, context: SpecifierContext, report: Report): string[] {
  const lines: string[] = [];
  const either: string[] = [];
  for (const { section, key, value, place } of unit.directives) {
    const [, kind, what = ''] = /^(Condition|Assert)(\w+)$/.exec(key) ?? [];
    if (section !== 'Unit' || kind === undefined || value === '') continue;
    const at = `${place}: ${key}`;
    const [, marks = '', rest = ''] = /^([|!]*)([\s\S]*)$/.exec(value) ?? [];
    const text = plainText(rest, context);
    const test = text === null ? null : testOf(what, text);
    if (test === null) {
      report.refused(at, `${value}: init cannot tell, so the job starts`);
      continue;
    }
    const whole = marks.includes('!') ? `! ${test.includes('|') ? `{ ${test}; }` : test}` : test;
    if (marks.includes('|')) either.push(whole);
    else lines.push(`${whole.startsWith('!') || !test.includes('|') ? whole : `{ ${whole}; }`} || ${ending(kind)}`);
    report.exact(at, 'a test in pre-start');
  }
  if (either.length > 0) lines.push(`{ ${either.join(' || ')}; } || ${ending('Condition')}`);
  return lines;
}

/** A failed assertion is a failure. */
function ending(kind: string): string {
  return kind === 'Assert' ? 'exit 1' : '{ stop; exit 0; }';
}

function testOf(what: string, text: string): string | null {
  if (PATTERNS.includes(what)) return /^[\w/.*?[\]-]+$/.test(text) ? `ls -d ${text} > /dev/null 2>&1` : null;
  return Object.hasOwn(START_TESTS, what) ? (START_TESTS[what]?.(shellWord(text)) ?? null) : null;
}
