/**
 * The user and group ids of processes. Nothing here waits: a look-up that takes time runs in the background, and the engine spawns the
 * process again when the answer is there (`engine/reports/process-end.ts`).
 */
import { statSync } from 'node:fs';
import { encodeText, Patience } from '@upstart/common';
import type { SpawnSpec } from '../supervisor/process-messages.ts';
import { monotonicNow } from '../time/clock.ts';
import { getent } from './getent.ts';
import { readHostFile, readRootedFile } from './read-file.ts';
import { AS_INIT, type Identity, LookupError, type Names, type Question, type Rights, resolve } from './resolve.ts';

const EIO = 5;
const ETIMEDOUT = 110;
/** The timeout of all questions about one identity together, in milliseconds. */
export const PATIENCE_MS = 5000;
/** An answer is valid for TAKEN_MS after its first use, and waits KEPT_MS for that use. */
export const TAKEN_MS = 1000;
export const KEPT_MS = 10_000;
/** The most identities in each cache; at that number, unused ones are dropped. */
export const MAX_REMEMBERED = 500;

const FILES = ['passwd', 'group', 'nsswitch.conf'] as const;

export type WhomSpec = Pick<SpawnSpec, 'user' | 'group' | 'chroot'>;

export interface IdentitiesOptions {
  /** The folder of the machine's files. */
  folder?: string;
  /** The programs that look up names that the files do not list. */
  programs?: readonly string[];
  patienceMs?: number;
  rights?: Rights;
}

interface Asked {
  answer: Identity | null;
  /** In milliseconds of monotonic time. */
  goodUntilMs: number;
  taken: boolean;
}

export class Identities {
  readonly #options: IdentitiesOptions;
  readonly #rights: Rights;
  readonly #folder: string;
  /** By names; valid until the files change. */
  readonly #known = new Map<string, Identity>();
  #stamp = '';
  #isStampNew = false;
  readonly #asked = new Map<string, Asked>();

  constructor(options: IdentitiesOptions = {}) {
    this.#options = options;
    this.#folder = options.folder ?? '/etc';
    this.#rights = options.rights ?? { privileged: process.geteuid?.() === 0, gid: process.getegid?.() ?? 0 };
  }

  /** The ids of such a process; null: the look-up is in progress, for at most `PATIENCE_MS`. */
  lookUp(spec: WhomSpec): Identity | null {
    const { user, group, chroot } = spec;
    if (user === null && group === null && !this.#rights.privileged) return AS_INIT;
    const key = JSON.stringify([user, group, chroot]);
    const asked = this.#take(key);
    if (asked !== undefined) return asked;
    if (chroot !== null) return this.#ask(key, chroot, resolve(inBytes(spec), this.#rights));
    this.#lookAtFiles();
    return this.#known.get(key) ?? this.#lookUpHere(key, spec);
  }

  #lookUpHere(key: string, names: WhomSpec): Identity | null {
    const resolving = resolve(inBytes(names), this.#rights);
    let step = resolving.next();
    while (!step.done) {
      if ('database' in step.value) return this.#ask(key, null, resolving, step.value);
      step = this.#answerHere(resolving, step.value.file);
    }
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(key, step.value);
    return step.value;
  }

  #answerHere(resolving: ReturnType<typeof resolve>, file: string): IteratorResult<Question, Identity> {
    let text: string;
    try {
      text = readHostFile(file, this.#folder);
    } catch (error) {
      return resolving.throw(asLookupError(error));
    }
    return resolving.next(text);
  }

  /** Asks the remaining questions in the background; `first` is the first of them. */
  #ask(key: string, chroot: string | null, resolving: ReturnType<typeof resolve>, first?: Question): null {
    if (this.#asked.size >= MAX_REMEMBERED) this.#forget();
    const asked: Asked = { answer: null, goodUntilMs: Number.POSITIVE_INFINITY, taken: false };
    this.#asked.set(key, asked);
    void this.#answerAll(resolving, chroot, first).then((answer) => {
      asked.answer = answer;
      asked.goodUntilMs = monotonicNow() + KEPT_MS;
    });
    return null;
  }

  async #answerAll(resolving: ReturnType<typeof resolve>, chroot: string | null, first?: Question): Promise<Identity> {
    const timeout = new AbortController();
    const patience = new Patience(this.#options.patienceMs ?? PATIENCE_MS, () => timeout.abort());
    const late = new Promise<never>((_, reject) => {
      timeout.signal.addEventListener('abort', () => reject(new LookupError(ETIMEDOUT)), { once: true });
    });
    late.catch(() => {});
    let step: IteratorResult<Question, Identity> = first ? { done: false, value: first } : resolving.next();
    while (!step.done) {
      let answer: string | null;
      try {
        answer = await Promise.race([this.#answer(step.value, chroot, timeout.signal), late]);
      } catch (error) {
        step = resolving.throw(asLookupError(error));
        continue;
      }
      step = resolving.next(answer);
    }
    patience.end();
    return step.value;
  }

  async #answer(question: Question, chroot: string | null, signal: AbortSignal): Promise<string | null> {
    if ('file' in question)
      return chroot === null ? readHostFile(question.file, this.#folder) : readRootedFile(question.file, chroot);
    const { database, name } = question;
    const { programs } = this.#options;
    return getent(database, name, { chroot, signal, ...(programs && { programs }) });
  }

  /** The answer to a question that was asked, null while there is none; undefined: ask it (again). */
  #take(key: string): Identity | null | undefined {
    const asked = this.#asked.get(key);
    if (!asked) return undefined;
    const nowMs = monotonicNow();
    if (asked.goodUntilMs < nowMs) {
      this.#asked.delete(key);
      return undefined;
    }
    if (asked.answer && !asked.taken) {
      asked.taken = true;
      asked.goodUntilMs = nowMs + TAKEN_MS;
    }
    return asked.answer;
  }

  #forget(): void {
    const nowMs = monotonicNow();
    for (const [key, { goodUntilMs }] of this.#asked) if (goodUntilMs < nowMs) this.#asked.delete(key);
  }

  /** Drops the cache when the files have changed. Checks that once per turn of the event loop. */
  #lookAtFiles(): void {
    if (this.#isStampNew) return;
    this.#isStampNew = true;
    queueMicrotask(() => {
      this.#isStampNew = false;
    });
    const stamp = FILES.map((name) => stampOf(`${this.#folder}/${name}`)).join(' ');
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.#known.clear();
  }
}

function asLookupError(error: unknown): LookupError {
  return error instanceof LookupError ? error : new LookupError(EIO);
}

/** Changes whenever the file does. */
function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

/** Names as in files, one byte per character. */
function inBytes({ user, group }: WhomSpec): Names {
  const bytes = (name: string | null): string | null => (name === null ? null : encodeText(name).toString('latin1'));
  return { user: bytes(user), group: bytes(group) };
}
