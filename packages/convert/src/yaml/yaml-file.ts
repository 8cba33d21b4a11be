/** A YAML file of another supervisor: its values, and the lines that they stand in. */
import { isMap, isNode, LineCounter, parseDocument } from 'yaml';

export type Value = string | number | boolean | null | readonly Value[] | Mapping;
export interface Mapping {
  readonly [key: string]: Value;
}

/** A file that is no YAML, or has no mapping at its top; the message has file and line. */
export class YamlError extends Error {
  override name = 'YamlError';
}

export class YamlFile {
  readonly root: Mapping;
  readonly #name: string;
  readonly #lineOf: (path: readonly (string | number)[]) => number;

  /** Throws YamlError. */
  constructor(text: string, name: string) {
    this.#name = name;
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, merge: true });
    const [error] = document.errors;
    if (error) throw new YamlError(`${name}:${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`);
    const root = plainValue(() => document.toJS(), name);
    if (!isMapping(root)) throw new YamlError(`${name}:1: expected a mapping at the top`);
    this.root = root;
    this.#lineOf = (path) => {
      for (let length = path.length; length > 0; length--) {
        const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
        const key = path[length - 1];
        const pair = isMap(parent) ? parent.items.find((item) => isNode(item.key) && String(item.key) === key) : null;
        const node = pair?.key ?? document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
      }
      return 1;
    };
  }

  /** `compose.yaml:12: services.web.image`. */
  place(...path: (string | number)[]): string {
    return `${this.#name}:${this.#lineOf(path)}: ${path.join('.')}`;
  }
}

/** Too many aliases are an error of the conversion. */
function plainValue(convert: () => unknown, name: string): Value {
  try {
    return convert() as Value;
  } catch (error) {
    throw new YamlError(`${name}: ${(error as Error).message}`);
  }
}

export function isMapping(value: Value | undefined): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** A scalar as text; null for everything else, and for nothing. */
export function textOf(value: Value | undefined): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** Variables as a mapping or as a list of `KEY=VALUE`; a null value is the caller's own. Null for anything else. */
export function variablesOf(value: Value | undefined): [name: string, value: string | null][] | null {
  if (isMapping(value)) return Object.entries(value).map(([name, given]) => [name, textOf(given)]);
  if (!isList(value)) return null;
  return value.map((entry) => {
    const text = textOf(entry) ?? '';
    const at = text.indexOf('=');
    return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
  });
}
