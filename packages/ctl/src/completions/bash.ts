/** Completion for bash. */
import type { WordKind } from '@upstart/common';
import type { Row } from './rows.ts';
import { SOURCES } from './sources.ts';

/** The replacements of the marks in `completions/upstart.bash`. */
export function bashTables(rows: readonly Row[]): Record<string, string> {
  return {
    WORDS: Object.entries(SOURCES)
      .map(([kind, line]) => `        ${kind}) ${line} ;;`)
      .join('\n'),
    ROWS: rows.map(rowCase).join('\n'),
    PROGRAMS: [...new Set(rows.map(({ program }) => program))].join(' '),
  };
}

function rowCase({ program, command, options, words, repeats, first, behind }: Row): string {
  const offered = options.flatMap(({ names: [name = ''], value }) => (value === null ? name : `${name}=`));
  const valued = options.flatMap(({ names, value }) =>
    value === null ? [] : names.map((name) => `${name}:${kindWord(value)}`),
  );
  const pairs = Object.entries(behind).map(([word, kind]) => `${word}:${kindWord(kind)}`);
  const settings = [
    `options=${quoted(offered.map((name) => (name.startsWith('--') ? name : name.replace('=', ''))).join(' '))}`,
    `values=${quoted(valued.map((word) => ` ${word} `).join(''))}`,
    `kind=${quoted(kindWord(words))}`,
    `repeats=${repeats ? 1 : ''}`,
    `first=${first === null ? '' : quoted(kindWord(first))}`,
    `behind=${pairs.length === 0 ? '' : quoted(` ${pairs.join(' ')} `)}`,
  ];
  return `        ${quoted([program, command ?? []].flat().join(' '))}) ${settings.join(' ')} ;;`;
}

/** A kind as one word: words that are listed are separated by commas behind a `=`. */
function kindWord(kind: WordKind): string {
  return typeof kind === 'string' ? kind : `=${kind.join(',')}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
