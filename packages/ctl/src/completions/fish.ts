/** Completion for fish. */
import type { WordKind } from '@upstart/common';
import type { DescribedOption } from '../option-tables.ts';
import type { Row } from './rows.ts';
import { SOURCES } from './sources.ts';

/** Commands of fish itself, whose own completion these would hide. */
const OF_FISH = ['status'];

/** The replacements of the marks in `completions/upstart.fish`. */
export function fishTables(all: readonly Row[]): Record<string, string> {
  const rows = all.filter(({ program }) => !OF_FISH.includes(program));
  const programs = [...new Set(rows.map(({ program }) => program))];
  return {
    WORDS: Object.entries(SOURCES)
      .map(([kind, line]) => `        case ${kind}\n            ${line}`)
      .join('\n'),
    LINES: [
      ...programs.map((program) => `complete -c ${program} -f`),
      ...rows.flatMap((row) => rowLines(row, hasCommands(row, rows))),
    ].join('\n'),
  };
}

const hasCommands = ({ program }: Row, rows: readonly Row[]): boolean =>
  rows.some((row) => row.program === program && row.command !== null);

function rowLines({ program, command, options, words, repeats, first, behind }: Row, isTwoLevels: boolean): string[] {
  // Options of the program may also stand before its command.
  const conditions = isTwoLevels ? [`__upstart_at ${quoted(command ?? '')}`] : [];
  const most = command === null ? 0 : 1;
  const atFirst = `__upstart_behind ${most}`;
  const before = first !== null ? [`not ${atFirst}`] : repeats ? [] : [atFirst];
  const heads = Object.keys(behind);
  const others = heads.length === 0 ? [] : [`not __upstart_head ${heads.join(' ')}`];
  const start = (of: readonly string[]): string =>
    `complete -c ${program}${of.length === 0 ? '' : ` -n ${quoted(of.join('; and '))}`}`;
  return [
    ...options.map((option) => `${start(conditions)}${optionPart(option)}`),
    ...(first === null ? [] : [`${start([...conditions, atFirst])}${wordsPart(first)}`]),
    ...(words === 'none' ? [] : [`${start([...conditions, ...before, ...others])}${wordsPart(words)}`]),
    ...Object.entries(behind).flatMap(([head, kind]) =>
      kind === 'none' ? [] : [`${start([...conditions, ...before, `__upstart_head ${head}`])}${wordsPart(kind)}`],
    ),
  ];
}

function optionPart({ names, value, description }: DescribedOption): string {
  const forms = names.map((name) => (name.startsWith('--') ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`)).join('');
  const text = description === '' ? '' : ` -d ${quoted(description)}`;
  return `${forms}${value === null ? '' : value === 'none' ? ' -x' : ` -r${wordsPart(value)}`}${text}`;
}

function wordsPart(kind: WordKind): string {
  if (typeof kind !== 'string') return ` -f -a ${quoted(kind.join(' '))}`;
  if (kind === 'file') return ' -F';
  if (kind === 'folder') return " -f -a '(__fish_complete_directories)'";
  return ` -f -a '(__upstart_words ${kind})'`;
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, String.raw`\$&`)}'`;
