/**
 * The ids of a process (reference: jobs §8.2, steps 15 to 20): names to numbers, by the files in /etc and by other services of
 * nsswitch.conf. A generator of questions, so that the caller can read files at once and ask services without waiting.
 */
import type { SpawnStep } from '../supervisor/process-messages.ts';
import { type Database, type Entry, entries, NO_ID, parseEntry, parseId } from './entries.ts';
import { hasOtherServices } from './services.ts';

const EINVAL = 22;
const ETIMEDOUT = 110;

/**
 * A question to the outside. The answer to a file is its text, '' if it does not exist; the answer to a name is a line, or null: the name
 * does not exist.
 */
export type Question =
  | { file: 'passwd' | 'group' | 'nsswitch.conf' }
  | { database: Database | 'initgroups'; name: string };

/** A question that cannot be answered, by error number. */
export class LookupError extends Error {
  override name = 'LookupError';
  readonly errno: number;
  constructor(errno: number) {
    super(`look-up failed with errno ${errno}`);
    this.errno = errno;
  }
}

/** The reason why the process cannot have its ids. `errno` 0: there is no such name. `detail`: the program that did not answer. */
export interface Refusal {
  step: SpawnStep;
  errno: number;
  detail: string;
}

/** null: as init. */
export interface Identity {
  uid: number | null;
  gid: number | null;
  /** All of its groups; empty: only its primary group. */
  groups: number[];
  /** A line for the standard error of the process, '' for none. */
  notice: string;
  refusal: Refusal | null;
}

export const AS_INIT: Identity = { uid: null, gid: null, groups: [], notice: '', refusal: null };

const NOTICE = 'init: getent initgroups does not answer: only groups of /etc/group count\n';

/** Names have one byte per character. */
export interface Names {
  user: string | null;
  group: string | null;
}

/** Init's own rights: only root sets groups. */
export interface Rights {
  privileged: boolean;
  gid: number;
}

type Asking<T> = Generator<Question, T, string | null>;

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.step);
    this.refusal = refusal;
  }
}

/** Resolves names. Errors are in `refusal`. */
export function* resolve({ user, group }: Names, rights: Rights): Asking<Identity> {
  const found: Identity = { ...AS_INIT, groups: [] };
  try {
    if (user !== null) {
      const entry = yield* lookUp('setuid-lookup', 'passwd', user);
      found.uid = entry.id;
      found.gid = checked('setuid-lookup', entry.group);
    }
    if (group !== null) found.gid = (yield* lookUp('setgid-lookup', 'group', group)).id;
    if (rights.privileged) yield* addGroups(found, user, found.gid ?? rights.gid);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    found.refusal = error.refusal;
  }
  return found;
}

/** Turns a failed question into a refusal of this step. */
function* refusing<T>(step: SpawnStep, program: string, asking: Asking<T>): Asking<T> {
  try {
    return yield* asking;
  } catch (error) {
    if (!(error instanceof LookupError)) throw error;
    const { errno } = error;
    throw new Refused({ step, errno, detail: errno === ETIMEDOUT ? program : '' });
  }
}

function checked(step: SpawnStep, id: number): number {
  if (id === NO_ID) throw new Refused({ step, errno: EINVAL, detail: '' });
  return id;
}

function* lookUp(step: SpawnStep, database: Database, name: string): Asking<Entry> {
  const entry = yield* refusing(step, `getent ${database}`, find(database, name));
  if (!entry) throw new Refused({ step, errno: 0, detail: '' });
  checked(step, entry.id);
  return entry;
}

function* find(database: Database, name: string): Asking<Entry | null> {
  return (yield* findInFile(database, ({ name: other }) => other === name)) ?? (yield* findElsewhere(database, name));
}

function* findInFile(database: Database, isWanted: (entry: Entry) => boolean): Asking<Entry | null> {
  const text = (yield { file: database }) ?? '';
  for (const entry of entries(database, text)) if (isWanted(entry)) return entry;
  return null;
}

function* findElsewhere(database: Database, name: string): Asking<Entry | null> {
  // A name of digits is not asked for: services would take it for an id.
  if (/^\d*$/.test(name) || !(yield* hasOthers(database))) return null;
  const line = yield { database, name };
  const entry = line === null ? null : parseEntry(database, line);
  return entry?.name === name ? entry : null;
}

function* hasOthers(...databases: string[]): Asking<boolean> {
  const text = (yield { file: 'nsswitch.conf' }) ?? '';
  for (const database of databases) {
    const others = hasOtherServices(text, database);
    if (others !== null) return others;
  }
  return false;
}

/** The primary group is also the first supplementary one, so that the process keeps no group of root. */
function* addGroups(found: Identity, user: string | null, first: number): Asking<void> {
  const asking = user === null ? groupsOfRoot() : groupsOfUser(found, user);
  const others = yield* refusing('getpwuid', 'getent initgroups', asking);
  const groups = [...new Set([first, ...others])];
  if (groups.length > 1) found.groups = groups;
}

function* groupsOfUser(found: Identity, user: string): Asking<number[]> {
  const listed = yield* groupsInFile(user);
  if (!(yield* hasOthers('initgroups', 'group'))) return listed;
  try {
    const line = yield { database: 'initgroups', name: user };
    return line === null ? listed : [...listed, ...parseGroups(line, user)];
  } catch (error) {
    // A user in the files starts without an answer of the directory, as with libc.
    const isLate = error instanceof LookupError && error.errno === ETIMEDOUT;
    if (!isLate || !(yield* findInFile('passwd', ({ name }) => name === user))) throw error;
    found.notice = NOTICE;
    return listed;
  }
}

/**
 * The groups that list root, under its present name. By the files alone: init's processes must not wait for a directory on the network.
 * There are none if root has no name.
 */
function* groupsOfRoot(): Asking<number[]> {
  let root: Entry | null;
  try {
    root = yield* findInFile('passwd', ({ id }) => id === 0);
  } catch (error) {
    if (!(error instanceof LookupError)) throw error;
    return [];
  }
  return root ? yield* groupsInFile(root.name) : [];
}

function* groupsInFile(user: string): Asking<number[]> {
  const text = (yield { file: 'group' }) ?? '';
  return [...entries('group', text)].filter(({ members }) => members.includes(user)).map(({ id }) => id);
}

/** `NAME  ID ID …` */
function parseGroups(line: string, user: string): number[] {
  const rest = line.slice(user.length);
  if (!line.startsWith(user) || !/^( |$)/.test(rest)) throw new LookupError(EINVAL);
  return rest
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const id = parseId(word);
      if (id === null || id === NO_ID) throw new LookupError(EINVAL);
      return id;
    });
}
