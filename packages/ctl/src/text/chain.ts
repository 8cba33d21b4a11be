/** A chain in lines for people, the last step first, each below the one that waited for it. */
import type { Chain, ChainStep } from '../timeline/chain.ts';
import { type Palette, printable } from './colour.ts';
import { secondsText } from './seconds.ts';

/** How far steps are moved to the right at most; from there on they stay in line. */
const MAX_INDENT = 24;
/** The part of a terminal's width that they may be moved by. */
const MOVED_PART = 1 / 3;

/** `title`: what the chain is of. `width`: that of the terminal, if there is one. */
export function chainLines(chain: Chain, title: string, colour: Palette, width: number | null = null): string[] {
  const deepest = width === null ? MAX_INDENT : Math.min(MAX_INDENT, Math.floor((width * MOVED_PART) / 2));
  const lines = chain.steps.map((step, depth) => {
    const indent = depth === 0 ? '' : `${' '.repeat(Math.min(depth - 1, deepest) * 2)}└─`;
    return `${indent}${stepText(step, colour)}`;
  });
  const indent = ' '.repeat(Math.min(chain.steps.length - 1, deepest) * 2);
  return [
    colour.strong(title),
    colour.dim('Behind @: when it was reached; behind +: how long that took, since the step below.'),
    '',
    ...lines,
    ...(chain.complete ? [] : [colour.dim(`${indent}└─… the history does not reach back further`)]),
  ];
}

/** Some causes are sentences of their own: `restarted by request`. */
function startText(cause: string): string {
  return cause.startsWith('by ') ? `started ${cause}` : cause;
}

function stepText(step: ChainStep, colour: Palette): string {
  const { kind, job, instance, event, reached, atMs, tookMs, cause, phases } = step;
  const name = printable(kind === 'event' ? (event ?? '') : instance === '' ? `${job}` : `${job} (${instance})`);
  const took = tookMs > 0 ? ` ${colour.busy(`+${secondsText(tookMs)}`)}` : '';
  const parts = phases.map(({ phase, ms }) => `${phase} ${secondsText(ms)}`);
  const details = [
    ...(cause === null || cause === '' ? [] : [printable(kind === 'event' ? cause : startText(cause))]),
    ...(parts.length === 0 ? [] : [parts.join(', ')]),
  ];
  const shown = details.length === 0 ? '' : `  ${colour.dim(details.join('; '))}`;
  return `${colour.strong(name)} ${reached} @${secondsText(atMs)}${took}${shown}`;
}
