/** What the page knows of init, kept up to date by the stream. */

import type { Notification } from '@upstart/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Entry, follow, get, Problem, path, pathOf, type Row } from './api.tsx';

/** Entries that are kept for the page of events. */
const MAX_ENTRIES = 2000;
/** Changes of so many milliseconds are looked up together. */
const GATHER_MS = 100;
/** Beyond this many jobs all are looked up at once. */
const MAX_SINGLE = 20;

export type Link = 'connecting' | 'live' | 'lost';

interface Version {
  readonly init: string;
  readonly isReadOnly: boolean;
  /** Whether this host is in a cluster. */
  readonly hasFleet: boolean;
}

class Live {
  jobs: ReadonlyMap<string, readonly Row[]> = new Map();
  entries: readonly Entry[] = [];
  link: Link = 'connecting';
  /** The error of the last look; '' without any. */
  trouble = '';
  version: Version | null = null;
  isLoaded = false;
  readonly #listeners = new Set<() => void>();
  readonly #changed = new Set<string>();
  #isAllChanged = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLooking = false;

  start(): void {
    void this.#lookUp();
    // The last entries, and from there on without a hole.
    get<{ entries: Entry[]; upTo: number }>(path('/history?limit=500'))
      .then(({ entries, upTo }) => {
        this.entries = entries;
        this.#watch(path(`/watch?after=${upTo}`));
      })
      // A user who may not read the history.
      .catch(() => this.#watch(path('/watch')));
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All rows, in the order of their jobs' names. */
  rows(): Row[] {
    return [...this.jobs.values()].flat();
  }

  #watch(url: string): void {
    const resume = (_: string, lastId: string): string => path(`/watch?after=${lastId}`);
    const heard = (name: string, data: unknown): void => this.#hear(name, data);
    follow(url, ['hello', 'history', 'change', 'gap', 'link'], heard, (isUp) => this.#setLink(isUp), resume);
  }

  #setLink(isUp: boolean): void {
    this.link = isUp ? 'live' : 'lost';
    if (isUp) this.#look(null);
    this.#tell();
  }

  #hear(name: string, data: unknown): void {
    if (name === 'history') {
      this.entries = [...this.entries.slice(1 - MAX_ENTRIES), data as Entry];
      this.#tell();
    } else if (name === 'change') {
      const change = data as Notification;
      if ('job' in change) this.#look(change.job);
      else if (change.event === 'restarted') this.#look(null);
    } else if (name === 'link') this.#setLink((data as { isUp: boolean }).isUp);
    else if (name === 'gap') this.#look(null);
  }

  /** Looks up a job soon; null: all. */
  #look(job: string | null): void {
    if (job === null) this.#isAllChanged = true;
    else this.#changed.add(job);
    if (!this.#isLooking) this.#timer ??= setTimeout(() => void this.#lookUp(), GATHER_MS);
  }

  async #lookUp(): Promise<void> {
    this.#timer = undefined;
    this.#isLooking = true;
    const names = [...this.#changed];
    const all = this.#isAllChanged || !this.isLoaded || names.length > MAX_SINGLE;
    this.#changed.clear();
    this.#isAllChanged = false;
    try {
      if (all) await this.#lookAtAll();
      else await this.#lookAt(names);
      this.trouble = '';
    } catch (error) {
      // A connection that is lost is shown as such, and looks again when it is back; an init that is busy is asked later.
      this.trouble = error instanceof Problem ? error.message : '';
      this.#isAllChanged = error instanceof Problem;
    } finally {
      this.#isLooking = false;
    }
    if (this.#isAllChanged || this.#changed.size > 0)
      this.#timer ??= setTimeout(() => void this.#lookUp(), this.trouble === '' ? GATHER_MS : GATHER_MS * 10);
    this.#tell();
  }

  async #lookAtAll(): Promise<void> {
    const [rows, version] = await Promise.all([get<Row[]>(path('/jobs')), get<Version>(path('/version'))]);
    const jobs = new Map<string, Row[]>();
    for (const row of rows) {
      const known = jobs.get(row.job);
      if (known === undefined) jobs.set(row.job, [row]);
      else known.push(row);
    }
    this.jobs = jobs;
    this.version = version;
    this.isLoaded = true;
  }

  async #lookAt(names: readonly string[]): Promise<void> {
    const jobs = new Map(this.jobs);
    await Promise.all(
      names.map(async (name) => {
        try {
          jobs.set(name, await get<Row[]>(pathOf(name)));
        } catch (error) {
          if (!(error instanceof Problem) || error.status !== 404) throw error;
          jobs.delete(name);
        }
      }),
    );
    this.jobs = jobs;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const live = new Live();

/** Renders again when what `look` returns has changed. */
export function useLive<T>(look: () => T): T {
  const [value, setValue] = useState(look);
  useEffect(() => {
    const update = (): void => setValue(look);
    update();
    return live.subscribe(update);
  });
  return value;
}

/** The result of `load`, again whenever `deps` change; the one before stays until then. */
export function useLoaded<T>(load: () => Promise<T>, deps: readonly unknown[]): { value: T | null; error: string } {
  const [state, setState] = useState<{ value: T | null; error: string }>({ value: null, error: '' });
  const asked = useRef(0);
  const shown = useRef(0);
  useEffect(() => {
    const turn = ++asked.current;
    // An answer that comes late is shown unless a later one is: of a job that changes all the time each one is late.
    const isNews = (): boolean => {
      if (turn < shown.current) return false;
      shown.current = turn;
      return true;
    };
    load().then(
      (value) => isNews() && setState({ value, error: '' }),
      (error: Error) => isNews() && setState((before) => ({ value: before.value, error: error.message })),
    );
  }, deps);
  useEffect(
    () => () => {
      shown.current = Number.POSITIVE_INFINITY;
    },
    [],
  );
  return state;
}
