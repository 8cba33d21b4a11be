/** Entries of /etc/passwd and /etc/group, and answers in the same form. Texts hold one byte per character (latin1). */

export interface Entry {
  name: string;
  id: number;
  /** Of a user: the id of its group. */
  group: number;
  /** Of a group: the names of its members. */
  members: string[];
}

export type Database = 'passwd' | 'group';

/** The id that means "as init" in system calls; no user has it. */
export const NO_ID = 2 ** 32 - 1;

/** A user or group id in decimal digits; null: the text is no id. */
export function parseId(text: string | undefined): number | null {
  if (text === undefined || !/^\d+$/.test(text)) return null;
  const id = Number(text);
  return id <= NO_ID ? id : null;
}

/** Lines that begin with these characters stand for entries of other services. */
function standsForOthers(name: string): boolean {
  return name.startsWith('+') || name.startsWith('-');
}

/** The entry in a line; null: the line has none. */
export function parseEntry(database: Database, line: string): Entry | null {
  const [name = '', , idText, last = ''] = line.replace(/^[ \t]+/, '').split(':', 4);
  const id = parseId(idText);
  const group = database === 'passwd' ? parseId(last) : NO_ID;
  if (name === '' || standsForOthers(name) || id === null || group === null) return null;
  const members = database === 'group' ? last.split(',').map((member) => member.replace(/^[ \t]+/, '')) : [];
  return { name, id, group, members };
}

/** The entries of a file, in order. Other lines are skipped. */
export function* entries(database: Database, text: string): Generator<Entry> {
  for (const line of text.split('\n')) {
    const entry = parseEntry(database, line);
    if (entry) yield entry;
  }
}
