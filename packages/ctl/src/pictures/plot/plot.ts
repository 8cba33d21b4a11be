/** A plot from the history: chooses the part of it, and the title. */
import { globMatches } from '@upstart/common';
import { secondsText } from '../../text/seconds.ts';
import { bootChain } from '../../timeline/chain.ts';
import { labelOf, ofBoot, ofThisMachineStart } from '../../timeline/entries.ts';
import { DrawError, type PlotOrder } from '../order.ts';
import { headingOf, plotPicture } from './drawing.ts';
import { plotOf } from './rows.ts';

/** Throws DrawError if there is nothing to show. */
export function drawnPlot({ history, statuses, isSince, jobs }: PlotOrder): string {
  const current = ofThisMachineStart(history);
  const boot = isSince ? null : ofBoot(current);
  const shown = boot ?? current;
  const [first] = shown;
  if (first === undefined) throw new DrawError('the history has nothing of that time');
  const chain = boot && bootChain(history);
  const plot = plotOf(shown, statuses, {
    chain: chain?.entries ?? new Set(),
    isWanted:
      jobs.length === 0 ? null : wanted(jobs, new Set(shown.flatMap((e) => (e.kind === 'event' ? [] : [e.job])))),
  });
  const last = chain?.steps[0];
  const title = chain
    ? `The boot took ${secondsText(chain.totalMs)}`
    : isSince || boot
      ? `${secondsText((shown.at(-1)?.monotonicMs ?? 0) - first.monotonicMs)} of history`
      : 'The history, which does not reach back to the boot';
  const ended = last?.job
    ? `${labelOf({ job: last.job, instance: last.instance })} was the last job to be running`
    : null;
  return plotPicture(plot, headingOf(plot, title, { beganMs: first.atMs, last: ended }));
}

function wanted(words: readonly string[], jobs: ReadonlySet<string>): (job: string) => boolean {
  const meant = new Set<string>();
  for (const word of words) {
    const found = jobs.has(word) ? [word] : [...jobs].filter((job) => globMatches(word, job));
    if (found.length === 0) throw new DrawError(`the history has no job ${word} at that time`, true);
    for (const job of found) meant.add(job);
  }
  return (job) => meant.has(job);
}
