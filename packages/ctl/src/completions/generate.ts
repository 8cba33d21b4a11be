/** Completions for the shells: the texts in `packages/ctl/completions`, with the tables filled in. The build runs this. */
import { bashTables } from './bash.ts';
import { fishTables } from './fish.ts';
import { rowsOf } from './rows.ts';
import { zshTables } from './zsh.ts';

/** A text has marks of this form. */
const MARK = /@([A-Z]+)@/g;

/**
 * The files by name. `always` and `withInit` are names of programs: of all installations, and of those that have a
 * machine's init. `read` reads a text.
 */
export function completionFiles(
  always: readonly string[],
  withInit: readonly string[],
  read: (name: string) => string,
): Record<string, string> {
  const rows = rowsOf([...always, ...withInit]);
  const completed = (names: readonly string[]): string[] =>
    names.filter((name) => rows.some(({ program }) => program === name));
  const tables = {
    'upstart.bash': bashTables(rows),
    'upstart.fish': fishTables(rows),
    _upstart: zshTables(rows, completed(always)),
    '_upstart-init': { PROGRAMS: completed(withInit).join(' ') },
  };
  return Object.fromEntries(
    Object.entries(tables).map(([name, table]: [string, Record<string, string>]) => [
      name,
      read(name).replace(MARK, (mark, key: string) => table[key] ?? mark),
    ]),
  );
}
