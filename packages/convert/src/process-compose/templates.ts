/** Templates in the values of a process: `{{.NAME}}` is a variable of `vars`. */
import { isList, isMapping, textOf, type Value } from '../yaml/yaml-file.ts';

const VARIABLE = /\{\{-?\s*\.(\w+)\s*-?\}\}/g;

/** All texts of a value with variables in place of their templates. Other templates stay, and `onOther` is called with each. */
export function fillIn(
  value: Value,
  variables: Readonly<Record<string, string>>,
  onOther: (text: string) => void,
): Value {
  if (typeof value === 'string') {
    const filled = value.replace(VARIABLE, (whole, name: string) => variables[name] ?? whole);
    for (const [left] of filled.matchAll(/\{\{.*?\}\}/gs)) onOther(left);
    return filled;
  }
  if (isList(value)) return value.map((entry) => fillIn(entry, variables, onOther));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fillIn(entry, variables, onOther)]));
}

/** The variables of a key `vars`. */
export function templateVariables(value: Value | undefined): Record<string, string> {
  if (!isMapping(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, given]) => [name, textOf(given) ?? '']));
}
