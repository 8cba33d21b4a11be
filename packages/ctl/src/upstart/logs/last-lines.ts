/** The last lines of several logs, for readers that want all at once. */
import { ALWAYS, type LogFile, partsOf } from '@upstart/log-reader';
import { inTimeOrder } from './merge.ts';
import { type LogLine, LogSeries, type Position } from './series.ts';

export interface LastLines {
  /** In the order of time. */
  readonly lines: LogLine[];
  /** Where each log ended then; without those that are not there. */
  readonly ends: { readonly file: LogFile; readonly position: Position }[];
}

/** The last `count` lines of each. `failed` gets each file that cannot be read; what it throws ends the reading. */
export async function lastLines(
  files: readonly LogFile[],
  count: number,
  failed: (path: string, error: unknown) => void,
): Promise<LastLines> {
  const parts = partsOf(files);
  const selection = { period: ALWAYS, matches: null, count };
  const now = new Date();
  const series = files.map(
    (file) =>
      new LogSeries(file, parts.get(file) ?? [], selection, now, ({ path }, error) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') failed(path, error);
      }),
  );
  const lines: LogLine[] = [];
  for await (const batch of inTimeOrder(series.map((each) => each.lines()))) lines.push(...batch);
  return { lines, ends: series.filter(({ isThere }) => isThere) };
}
