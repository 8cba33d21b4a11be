/** Completion for zsh. */
import type { WordKind } from '@upstart/common';
import type { DescribedOption } from '../option-tables.ts';
import type { Row } from './rows.ts';
import { SOURCES } from './sources.ts';

/** The replacements of the marks in `completions/_upstart`, and in `_upstart-init`: `first` are the programs that a first line names. */
export function zshTables(rows: readonly Row[], first: readonly string[]): Record<string, string> {
  return {
    WORDS: Object.entries(SOURCES)
      .map(([kind, line]) => `        ${kind}) ${line} ;;`)
      .join('\n'),
    ROWS: rows.map(rowCase).join('\n'),
    PROGRAMS: first.join(' '),
  };
}

function rowCase({ program, command, options, words, repeats, first, behind }: Row): string {
  const hasOthers = Object.keys(behind).length > 0;
  const offer = hasOthers ? '_upstart_offer_behind' : '_upstart_offer';
  // All first words, as the first one of them decides.
  const pairs = hasOthers ? (first ?? []).map((word) => `${word} ${kindWord(behind[word] ?? words)}`) : [];
  const specs = [
    ...options.flatMap(optionSpecs),
    ...(first === null ? [] : [`1:word:{_upstart_offer ${kindWord(first)}}`]),
    `${repeats ? '*' : '1'}:word:{${offer} ${kindWord(words)}}`,
    ...(repeats ? [] : ['*:word:']),
  ];
  return `        ${quoted([program, command ?? []].flat().join(' '))}) specs=(${specs.map(quoted).join(' ')})${pairs.length === 0 ? '' : ` behind=(${pairs.join(' ')})`} ;;`;
}

function optionSpecs({ names, value, description }: DescribedOption): string[] {
  const others = names.length > 1 ? `(${names.join(' ')})` : '';
  const text = description.replace(/[\\[\]:]/g, String.raw`\$&`);
  return names.map((name) => {
    const form = value !== null && name.startsWith('--') ? `${name}=` : name;
    return `${others}${form}[${text}]${value === null ? '' : `:value:{_upstart_offer ${kindWord(value)}}`}`;
  });
}

/** A kind as one word: words that are listed are separated by commas behind a `-`. */
function kindWord(kind: WordKind): string {
  return typeof kind === 'string' ? kind : `-${kind.join(',')}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
