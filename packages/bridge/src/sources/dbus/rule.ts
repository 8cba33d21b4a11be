/** What a `dbus` condition asks for, as a match rule of the bus: it sends only what some condition could match (reference: bridges §5). */
import type { SignalHeader } from './bus.ts';

/** Variables of events and the fields of messages that they are. */
const FIELDS = { SIGNAL: 'member', INTERFACE: 'interface', OBJPATH: 'path' } as const;
type Field = (typeof FIELDS)[keyof typeof FIELDS];

export type Rule = { readonly [F in Field]?: string };

/** A value that is compared as it stands: no pattern, no variable, nothing that a rule would have to quote. */
const PLAIN = /^[A-Za-z0-9_./-]+$/;

/** The rule for the arguments of a condition; those that a rule cannot express are left to init. */
export function ruleOf(args: readonly string[]): Rule {
  const rule: { [F in Field]?: string } = {};
  for (const [name, field] of Object.entries(FIELDS)) {
    const value = args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
    if (value !== undefined && PLAIN.test(value)) rule[field] = value;
  }
  return rule;
}

/** As the bus reads it. */
export function ruleText(rule: Rule): string {
  return ["type='signal'", ...Object.entries(rule).map(([field, value]) => `${field}='${value}'`)].join(',');
}

export function fits(rule: Rule, header: SignalHeader): boolean {
  return Object.entries(rule).every(([field, value]) => header[field as Field] === value);
}

/** The bus that a condition names; null: any. */
export function busOf(args: readonly string[]): string | null {
  const value = args.find((arg) => arg.startsWith('BUS='))?.slice('BUS='.length);
  return value !== undefined && PLAIN.test(value) ? value : null;
}
