/** Follows a watch of a bucket for as long as somebody wants it. */
import type { KV, KvEntry } from '@nats-io/kv';

/** The pause before a watch that has ended, or could not begin, begins again. */
const PAUSE_MS = 1000;

type Watch = Awaited<ReturnType<KV['watch']>>;

/** `begin` may report what there is before it watches; null: nothing. Nothing is reported after the end, which is the value. */
export function followBucket(
  begin: (changed: (entry: KvEntry | null) => void) => Promise<Watch>,
  changed: (entry: KvEntry | null) => void,
): () => void {
  let isOver = false;
  let end: () => void = () => {};
  const report = (entry: KvEntry | null): void => {
    if (!isOver) changed(entry);
  };
  const follow = async (): Promise<void> => {
    try {
      const entries = await begin(report);
      end = () => entries.stop();
      if (isOver) end();
      for await (const entry of entries) report(entry);
    } catch {
      // Without contact there is nothing to report: it begins again.
    }
    if (isOver) return;
    const timer = setTimeout(follow, PAUSE_MS);
    end = () => clearTimeout(timer);
  };
  void follow();
  return () => {
    isOver = true;
    end();
  };
}
