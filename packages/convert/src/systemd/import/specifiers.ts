/** Specifiers of units (systemd.unit(5)): a table of what stands for each in a job. */

import type { InitKind } from '../milestones.ts';
import { type Unit, valuesOf } from '../unit/unit-file.ts';
import { splitWords } from '../unit/words.ts';

/** A piece of a word: text as it is, or an expression that the shell puts into double quotes. */
export type Piece = { readonly text: string } | { readonly expression: string };

export interface SpecifierContext {
  readonly init: InitKind;
  /** With its type: `web@.service`. */
  readonly unit: string;
  readonly prefix: string;
  /** The variable with the name of the instance, for a template; for an instance of one, its name; null: neither. */
  readonly instance: { readonly variable: string } | { readonly name: string } | null;
  readonly user: string | null;
}

type Meaning = (context: SpecifierContext) => Piece | null;

const text = (system: string, session: string | null = null): Meaning => {
  return ({ init }) =>
    init === 'system' ? { text: system } : session === null ? { text: system } : { expression: session };
};
const expression =
  (shell: string): Meaning =>
  () => ({ expression: shell });

const instance: Meaning = (context) => {
  if (context.instance === null) return { text: '' };
  return 'name' in context.instance ? { text: context.instance.name } : { expression: `$${context.instance.variable}` };
};

/** A unit's own name, with its instance. */
const named =
  (ending: string): Meaning =>
  (context) => {
    const { prefix, unit } = context;
    const isTemplate = unit.includes('@');
    const own = instance(context);
    if (!isTemplate) return { text: `${prefix}${ending}` };
    if (own !== null && 'text' in own) return { text: `${prefix}@${own.text}${ending}` };
    return own && { expression: `${prefix}@\${${own.expression.slice(1)}}${ending}` };
  };

export const SPECIFIERS: Readonly<Record<string, Meaning>> = {
  '%': text('%'),
  i: instance,
  I: instance,
  n: named('.service'),
  N: named(''),
  p: ({ prefix }) => ({ text: prefix }),
  P: ({ prefix }) => ({ text: prefix }),
  j: ({ prefix }) => ({ text: prefix.split('-').at(-1) as string }),
  J: ({ prefix }) => ({ text: prefix.split('-').at(-1) as string }),
  f: (context) => {
    const own = instance(context);
    return own === null || 'expression' in own ? null : { text: `/${own.text || context.prefix}` };
  },
  t: text('/run', '$XDG_RUNTIME_DIR'),
  S: text('/var/lib', '${XDG_STATE_HOME:-$HOME/.local/state}'),
  C: text('/var/cache', '${XDG_CACHE_HOME:-$HOME/.cache}'),
  L: text('/var/log', '${XDG_STATE_HOME:-$HOME/.local/state}/log'),
  E: text('/etc', '${XDG_CONFIG_HOME:-$HOME/.config}'),
  T: text('/tmp'),
  V: text('/var/tmp'),
  h: text('/root', '$HOME'),
  u: ({ init, user }) => (init === 'system' ? { text: user ?? 'root' } : { expression: '$(id -un)' }),
  U: ({ init, user }) => (init === 'system' && user === null ? { text: '0' } : { expression: '$(id -u)' }),
  g: ({ init }) => (init === 'system' ? { text: 'root' } : { expression: '$(id -gn)' }),
  G: ({ init }) => (init === 'system' ? { text: '0' } : { expression: '$(id -g)' }),
  s: text('/bin/sh', '$SHELL'),
  H: expression('$(hostname)'),
  l: expression('$(hostname -s)'),
  m: expression('$(cat /etc/machine-id)'),
  b: expression('$(tr -d - < /proc/sys/kernel/random/boot_id)'),
  v: expression('$(uname -r)'),
  a: expression('$(uname -m)'),
};

/** The pieces of a text with specifiers; a string: the specifier that has no meaning here. */
export function expanded(value: string, context: SpecifierContext): Piece[] | string {
  const pieces: Piece[] = [];
  for (const part of value.split(/(%[\s\S])/)) {
    if (part === '') continue;
    const isSpecifier = part.length === 2 && part.startsWith('%');
    const key = part[1] as string;
    const meaning = isSpecifier && Object.hasOwn(SPECIFIERS, key) ? SPECIFIERS[key] : undefined;
    const piece = isSpecifier ? (meaning?.(context) ?? null) : { text: part };
    if (piece === null) return part;
    pieces.push(piece);
  }
  return pieces;
}

/** The text, if no piece needs the shell; with `mayName`, variables may stand in it. */
export function plainText(value: string, context: SpecifierContext, mayName = false): string | null {
  const pieces = expanded(value, context);
  if (typeof pieces === 'string') return null;
  const texts = pieces.map((piece) => {
    if ('text' in piece) return piece.text;
    return mayName && /^\$\w+$/.test(piece.expression) ? piece.expression : null;
  });
  return texts.includes(null) ? null : texts.join('');
}

/** The variable of a template's instances: the one that Environment= gives their name, else INSTANCE. */
export function instanceVariable(unit: Unit): string {
  const assigned = valuesOf(unit, 'Service', 'Environment').flatMap(({ value }) => splitWords(value));
  return assigned.map((word) => /^(\w+)=%i$/.exec(word)?.[1]).find((found) => found !== undefined) ?? 'INSTANCE';
}
