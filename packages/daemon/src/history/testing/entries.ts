/** Histories in folders of their own, and entries for them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HistoryEntry, type HistoryQuery, MAX_HISTORY_ENTRIES } from '@upstart/protocol';
import { expect, onTestFinished } from 'vitest';
import { History, type HistoryEffect } from '../history.ts';

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'history-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export const ALL: HistoryQuery = { job: null, sinceMs: 0, after: 0, limit: MAX_HISTORY_ENTRIES };

export function opened(directory: string, told: readonly HistoryEffect[] = [], supervisor = 'this') {
  const said: string[] = [];
  const history = new History(directory, supervisor, (text) => said.push(text));
  const last = history.resume(told);
  return { history, said, last };
}

export const goal = (id: number, question?: number): HistoryEffect => {
  const about = { id, atMs: 1000 + id, monotonicMs: id, after: 0, job: id % 2 ? 'odd' : 'even', instance: '' };
  const entry: HistoryEntry = {
    ...{ ...about, kind: 'goal', from: 'stop', to: 'start' },
    cause: { kind: 'request', text: 'by request', request: 'start' },
  };
  return question === undefined ? { type: 'history', entry } : { type: 'history', entry, question };
};
export const goals = (from: number, to: number): HistoryEffect[] =>
  Array.from({ length: to - from + 1 }, (_, i) => goal(from + i));

/** The ids of all that are kept, page by page. */
export function ids(history: History, job: string | null = null): number[] {
  const found: number[] = [];
  for (let after = 0; ; ) {
    const page = history.query({ ...ALL, job, after });
    found.push(...page.entries.map(({ id }) => id));
    if (!page.more) return found;
    expect(page.upTo).toBeGreaterThan(after);
    after = page.upTo;
  }
}
export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
