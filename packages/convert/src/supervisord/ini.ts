/** Files of supervisord: sections with keys, in the form of Python's ConfigParser. */

export interface IniEntry {
  readonly key: string;
  /** Continued lines are joined with a line end. */
  readonly value: string;
  readonly line: number;
  readonly comments: readonly string[];
}

export interface IniSection {
  readonly name: string;
  readonly line: number;
  readonly comments: readonly string[];
  readonly entries: readonly IniEntry[];
}

export interface Ini {
  readonly sections: readonly IniSection[];
  /** Lines that are neither. */
  readonly faults: readonly number[];
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

export function parseIni(text: string): Ini {
  const sections: (Omit<IniSection, 'entries'> & { entries: Draft<IniEntry>[] })[] = [];
  const faults: number[] = [];
  let comments: string[] = [];
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const entries = sections.at(-1)?.entries;
    const last = entries?.at(-1);
    if (/^\s*[;#]/.test(raw)) comments.push(raw.replace(/^\s*[;#]+ ?/, ''));
    else if (raw.trim() === '') comments = [];
    else if (/^\s/.test(raw) && last !== undefined) last.value = `${last.value}\n${withoutComment(raw.trim())}`.trim();
    else {
      const [, name] = /^\[([^\]]+)\]/.exec(raw) ?? [];
      const [, key, value = ''] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(raw) ?? [];
      if (name !== undefined) sections.push({ name, line: at + 1, comments, entries: [] });
      else if (key !== undefined && entries !== undefined)
        entries.push({ key: key.toLowerCase(), value: withoutComment(value.trim()), line: at + 1, comments });
      else faults.push(at + 1);
      comments = [];
    }
  }
  return { sections, faults };
}

/** Behind a blank, `;` begins a comment. */
function withoutComment(value: string): string {
  return value.replace(/(?:^|\s+);.*$/, '');
}
