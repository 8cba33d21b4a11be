/** The text of units: sections with directives (systemd.syntax(7)), read with their comments and written again. */

export interface Directive {
  readonly section: string;
  readonly key: string;
  /** Without blanks at its ends; continued lines are joined with a blank. */
  readonly value: string;
  /** The file and the line that it begins in: `web.service:7`. */
  readonly place: string;
  /** The comments right above it, without their marks. */
  readonly comments: readonly string[];
}

export interface Unit {
  /** With its type: `web.service`. */
  readonly name: string;
  /** Those of its file, and of its drop-ins behind them. */
  readonly directives: readonly Directive[];
  /** Lines that are no directive: their places. */
  readonly faults: readonly string[];
  /** The comments on top, and those that no directive follows. */
  readonly comments: readonly string[];
}

const SECTION = /^\[([^\]]+)\]$/;
const COMMENT = /^\s*[#;]/;

/** Reads the text of a unit or of one of its drop-ins. */
export function parseUnit(name: string, text: string, file: string): Unit {
  const directives: Directive[] = [];
  const faults: string[] = [];
  const top: string[] = [];
  let comments: string[] = [];
  let section = '';
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const place = `${file}:${at + 1}`;
    let line = (lines[at] as string).trim();
    if (COMMENT.test(line)) {
      comments.push(line.replace(/^[#;]+ ?/, ''));
      continue;
    }
    while (/(?:^|[^\\])(?:\\\\)*\\$/.test(line) && at + 1 < lines.length) {
      const next = lines[++at] as string;
      if (!COMMENT.test(next)) line = `${line.slice(0, -1)} ${next.trim()}`;
    }
    const named = SECTION.exec(line)?.[1];
    const equals = line.indexOf('=');
    if (line === '') {
      // Comments with an empty line below them are about the file.
      top.push(...comments);
    } else if (named !== undefined) {
      section = named;
      top.push(...comments);
    } else if (section !== '' && equals > 0) {
      const [key, value] = [line.slice(0, equals).trim(), line.slice(equals + 1).trim()];
      directives.push({ section, key, value, place, comments });
    } else faults.push(place);
    comments = [];
  }
  return { name, directives, faults, comments: [...top, ...comments] };
}

/** The unit with the directives of its drop-ins, in the order of their names. */
export function withDropIns(unit: Unit, dropIns: readonly Unit[]): Unit {
  const all = [unit, ...dropIns];
  return {
    name: unit.name,
    directives: all.flatMap(({ directives }) => directives),
    faults: all.flatMap(({ faults }) => faults),
    comments: all.flatMap(({ comments }) => comments),
  };
}

/** What counts of a directive that adds up: everything behind the last empty assignment. */
export function valuesOf({ directives }: Unit, section: string, key: string): readonly Directive[] {
  const all = directives.filter((each) => each.section === section && each.key === key);
  return all.slice(all.findLastIndex(({ value }) => value === '') + 1);
}

/** What counts of a section: of its directives that belong to one list, everything behind the last empty assignment to any of them. */
export function clearedSection(
  { directives }: Unit,
  section: string,
  isOfList: (key: string) => boolean,
): readonly Directive[] {
  const all = directives.filter((each) => each.section === section);
  const cleared = all.findLastIndex(({ key, value }) => value === '' && isOfList(key));
  return all.filter(({ key }, at) => at > cleared || !isOfList(key));
}

/** What counts of a directive with one value: the last one; undefined: none, or an empty one. */
export function lastOf(unit: Unit, section: string, key: string): Directive | undefined {
  return valuesOf(unit, section, key).at(-1);
}

/** The words of all values that list units or other names. */
export function listOf(unit: Unit, section: string, key: string): string[] {
  return valuesOf(unit, section, key).flatMap(({ value }) => value.split(/\s+/));
}

/** The text of a unit under construction. */
export class UnitText {
  readonly #sections = new Map<string, string[]>();
  readonly #comments: string[];

  constructor(comments: readonly string[]) {
    this.#comments = comments.map((line) => `# ${line}`.trimEnd());
  }

  add(section: string, key: string, value: string): void {
    const lines = this.#sections.get(section) ?? [];
    this.#sections.set(section, lines);
    lines.push(`${key}=${value}`);
  }

  /** A list of names, if there is any; each of them once. */
  addList(section: string, key: string, names: Iterable<string>): void {
    const list = [...new Set(names)];
    if (list.length > 0) this.add(section, key, list.join(' '));
  }

  toString(): string {
    const order = ['Unit', 'Service', 'Socket', 'Timer', 'Path', 'Install'];
    const sections = order.flatMap((name) => {
      const lines = this.#sections.get(name);
      return lines === undefined ? [] : [[`[${name}]`, ...lines].join('\n')];
    });
    return `${[...(this.#comments.length > 0 ? [this.#comments.join('\n')] : []), ...sections].join('\n\n')}\n`;
  }
}
