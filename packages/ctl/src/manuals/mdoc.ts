/** Text and lists in mdoc, the language of manual pages. */
import type { DescribedOption } from '../option-tables.ts';

/** Text as it is: a backslash is none of the language, and a line that begins with a dot or an apostrophe is no request. */
export function plain(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll(/^(?=[.'])/gm, '\\&');
}

/** A word as the argument of a macro, which would take a name of a macro for one. */
export function argument(word: string): string {
  return `\\&${plain(word).replaceAll('-', '\\-').replaceAll('"', '\\(dq')}`;
}

/** A paragraph for each that is not empty, each sentence on a line of its own, as mdoc wants it. */
export function paragraphs(...texts: readonly string[]): string[] {
  return texts.filter((text) => text !== '').flatMap((text, at) => [...(at === 0 ? [] : ['.Pp']), ...sentences(text)]);
}

function sentences(text: string): string[] {
  const whole = text.trim().replaceAll(/\s+/g, ' ');
  const ended = /[.!?:]$/.test(whole) ? whole : `${whole}.`;
  return ended.split(/(?<=[^.][.!?]) (?=[A-Z])/).map(plain);
}

type ManualOption = Pick<DescribedOption, 'names' | 'valueName' | 'description'>;

/** An item of a tagged list for each option, with its letter first. */
export function optionItems(options: readonly ManualOption[]): string[] {
  return options.flatMap(({ names, valueName, description }) => {
    const flags = names
      .toSorted((a, b) => a.length - b.length)
      .map((name) => flag(name, valueName))
      .join(' , ');
    return [`.It ${flags}`, ...sentences(capitalised(description))];
  });
}

/** An item of a tagged list for each key of a file of settings. */
export function settingItems(settings: readonly { long: string; value?: string; description: string }[]): string[] {
  return settings.flatMap(({ long, value, description }) => [
    `.It Cm ${argument(long)}${value === undefined ? '' : ` Ar ${argument(value)}`}`,
    ...sentences(capitalised(description)),
  ]);
}

function flag(name: string, value: string | null): string {
  const isLong = name.startsWith('--');
  const text = `Fl ${name.slice(1).replaceAll('-', '\\-')}`;
  if (value === null) return text;
  return isLong ? `${text} Ns = Ns Ar ${argument(value)}` : `${text} Ar ${argument(value)}`;
}

/** A nested list of options; nothing without any. */
export function optionList(options: readonly ManualOption[]): string[] {
  return options.length === 0 ? [] : ['.Bl -tag -width Ds', ...optionItems(options), '.El'];
}

export function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
