/** The history as edges of the graph. */
import type { HistoryEntry } from '@upstart/protocol';
import type { GraphBuilder } from './graph.ts';

export function addSeen(builder: GraphBuilder, history: readonly HistoryEntry[]): void {
  const entries = new Map(history.map((entry) => [entry.id, entry]));
  for (const entry of history) {
    const cause = entries.get(entry.after);
    if (cause === undefined) continue;
    if (entry.kind === 'goal' && entry.cause.kind === 'event' && entry.to !== 'respawn') {
      const [from, to] = [sourceOf(cause, builder), builder.job(entry.job)];
      // A restart is a stop and a start in the history, and counts once.
      const restarts = !builder.has(from, to, entry.to) && builder.has(from, to, 'restart');
      if (!restarts) builder.edge(from, to, entry.to, '', 1);
      else if (entry.to === 'stop') builder.edge(from, to, 'restart', '', 1);
    } else if (entry.kind === 'event' && cause.kind !== 'event') {
      builder.edge(builder.job(cause.job), builder.event(eventName(entry.event)), 'emits', '', 1);
    }
  }
}

function sourceOf(cause: HistoryEntry, builder: GraphBuilder): string {
  return cause.kind === 'event' ? builder.event(eventName(cause.event)) : builder.job(cause.job);
}

const eventName = (event: string): string => event.split(' ')[0] ?? event;
