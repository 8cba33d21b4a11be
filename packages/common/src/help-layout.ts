/** Layout of help texts (reference: control §2.1). */
import type { OptionSpec } from './options.ts';

/** Where the descriptions of options and commands start. */
const DESCRIPTION_COLUMN = 30;
/** The longest name that has its description on the same line. */
const LONGEST_NAME = 26;
const NARROWEST = 50;

/** The width to lay text out for: COLUMNS, else the terminal's, else 80, but at least `narrowest`. */
export function screenWidth(
  env: Readonly<Record<string, string | undefined>>,
  columns: number,
  narrowest = NARROWEST,
): number {
  const wanted = /^[0-9]+$/.test(env.COLUMNS ?? '') ? Number(env.COLUMNS) : columns;
  return Math.max(wanted || 80, narrowest);
}

/** Breaks text into lines of at most `width`, those after the first indented by `hang`. */
export function wrap(text: string, width: number, hang: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((w) => w !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width || line.trim() === '') {
      line = longer;
    } else {
      lines.push(line);
      line = `${' '.repeat(hang)}${word}`;
    }
  }
  return [...lines, line];
}

/** A name and its description, in two columns. `indented` has the blanks before the name. */
export function twoColumns(indented: string, description: string, width: number): string {
  const [first, ...rest] = wrap(description, width - DESCRIPTION_COLUMN - 1, 2);
  const margin = ' '.repeat(DESCRIPTION_COLUMN);
  const head = indented.length <= LONGEST_NAME + 2 ? indented.padEnd(DESCRIPTION_COLUMN) : `${indented}\n${margin}`;
  return [`${head}${first}`, ...rest.map((line) => `${margin}${line}`)].join('\n');
}

/** The options of a help text, those that are not hidden, with their descriptions. */
export function optionLines(specs: readonly OptionSpec[], width: number): string[] {
  return specs
    .filter(({ shown }) => shown !== 'hidden' && shown !== 'ignored')
    .map(({ long, short, letterOnly, value, description }) => {
      if (letterOnly) return twoColumns(`  -${short} ${value ?? ''}`.trimEnd(), description, width);
      const left = `${short === undefined ? '' : `  -${short}, `}`.padEnd(6);
      return twoColumns(`${left}--${long}${value === undefined ? '' : `=${value}`}`, description, width);
    });
}
