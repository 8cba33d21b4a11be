/**
 * Variables in the values of a process: `$NAME`, `${NAME}` and `${NAME:-OTHERWISE}` are those of the caller and of `.env`, and `$$` is a
 * `$`. In a command they are left to the shell, which has these variables and those of the process.
 */
import type { Variables } from '../translation.ts';
import { isList, isMapping, type Mapping, type Value } from '../yaml/yaml-file.ts';

const EXPRESSION = /\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^}]*))?\})/g;

/** The values with variables expanded; one that is not set is nothing. `onUnset` is called with each of these. */
export function expandVariables(values: Mapping, env: Variables, onUnset: (name: string) => void): Mapping {
  const expand = (text: string): string =>
    text.replace(EXPRESSION, (_, dollar, plain, braced, otherwise?: string) => {
      if (dollar !== undefined) return '$';
      const name: string = plain ?? braced;
      const value = env[name];
      if (value === undefined && otherwise === undefined) onUnset(name);
      return (otherwise === undefined ? value : value || otherwise) ?? '';
    });
  return all(values, (text, key) => (key === 'command' ? text.replaceAll('$$', '$') : expand(text)));
}

/** All texts of a mapping, each with the last key on the way to it. */
function all(values: Mapping, change: (text: string, key: string) => string): Mapping {
  const one = (value: Value, key: string): Value => {
    if (typeof value === 'string') return change(value, key);
    if (isList(value)) return value.map((entry) => one(entry, key));
    return isMapping(value) ? all(value, change) : value;
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, one(value, key)]));
}
