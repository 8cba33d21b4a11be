/** Checks expressions of cron: five fields from the minute to the weekday, or six with the second before them. */
import { nearest } from '@upstart/common';

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names that stand for numbers, from `min` on. */
  readonly names: readonly string[];
}

const SECOND: Field = { name: 'second', min: 0, max: 59, names: [] };
const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of the month', min: 1, max: 31, names: [] },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  // 7 is Sunday, too.
  { name: 'day of the week', min: 0, max: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

const SHORTHANDS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

export interface CronFault {
  /** The part at fault. */
  readonly word: string;
  /** A phrase such as `hour 25 is not from 0 to 23`. */
  readonly text: string;
  readonly meant: string | null;
}

/** The most characters of an expression. */
export const MAX_CRON_LENGTH = 200;

/** The six fields of a correct expression, in lower case and separated by one blank; what is wrong with any other. */
export function parseCron(expression: string): string | CronFault {
  if (expression.length > MAX_CRON_LENGTH) {
    return { word: expression, text: `longer than ${MAX_CRON_LENGTH} characters`, meant: null };
  }
  const lower = expression.trim().toLowerCase();
  if (lower.startsWith('@')) {
    const fields = Object.hasOwn(SHORTHANDS, lower) ? SHORTHANDS[lower] : undefined;
    if (fields !== undefined) return `0 ${fields}`;
    return { word: lower, text: `no schedule is called ${lower}`, meant: nearest(lower, Object.keys(SHORTHANDS)) };
  }
  const words = lower.split(/\s+/).filter((word) => word !== '');
  if (words.length !== FIELDS.length && words.length !== FIELDS.length + 1) {
    const form = 'minute, hour, day of the month, month, day of the week';
    return { word: expression, text: `${words.length} fields instead of five: ${form}`, meant: null };
  }
  const fields = words.length === FIELDS.length ? FIELDS : [SECOND, ...FIELDS];
  for (const [i, field] of fields.entries()) {
    for (const part of (words[i] as string).split(',')) {
      const fault = partFault(part, field);
      if (fault !== null) return fault;
    }
  }
  return words.length === FIELDS.length ? `0 ${words.join(' ')}` : words.join(' ');
}

/** What is wrong with one of the parts that commas separate: `*`, `N`, `N-M`, each but `N` also with `/STEP`. */
function partFault(part: string, field: Field): CronFault | null {
  const [range = '', step, ...more] = part.split('/');
  const fault = (text: string, meant: string | null = null): CronFault => ({ word: part, text, meant });
  if (more.length > 0 || part === '') return fault(`${field.name} \`${part}\` is no number, range or *`);
  if (step !== undefined) {
    if (!/^[1-9]\d{0,2}$/.test(step) || Number(step) > field.max) {
      return fault(`the step of the ${field.name} is \`${step}\`, not from 1 to ${field.max}`);
    }
    if (range !== '*' && !range.includes('-')) {
      return fault(`${field.name} \`${part}\` has a step without a range`, `${range}-${field.max}/${step}`);
    }
  }
  if (range === '*') return null;
  const ends = range.split('-');
  if (ends.length > 2) return fault(`${field.name} \`${part}\` is no number, range or *`);
  const numbers: number[] = [];
  for (const end of ends) {
    const number = numberOf(end, field);
    if (typeof number !== 'number') return { word: part, ...number };
    numbers.push(number);
  }
  const [from = 0, to = from] = numbers;
  return from <= to
    ? null
    : fault(`the ${field.name} goes from ${ends[0]} down to ${ends[1]}`, `${ends[1]}-${ends[0]}`);
}

function numberOf(word: string, field: Field): number | Pick<CronFault, 'text' | 'meant'> {
  const { name, min, max, names } = field;
  if (/^\d{1,4}$/.test(word)) {
    const number = Number(word);
    if (number >= min && number <= max) return number;
    return { text: `${name} ${word} is not from ${min} to ${max}`, meant: null };
  }
  const at = names.indexOf(word);
  if (at >= 0) return at + min;
  return { text: `${name} \`${word}\` is no number, range or *`, meant: nearest(word.slice(0, 3), names) };
}
