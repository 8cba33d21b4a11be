/** Where an error was thrown, on one line that can be read. */
import type { SourceMap } from 'node:module';
import { sourceFrame } from '@upstart/common';

/** How many callers are named. */
const MAX_FRAMES = 6;
/** How much of a message is shown. */
const MAX_MESSAGE = 300;

/** `RangeError: Invalid string length` */
export function faultReason(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const text = `${name}: ${message}`.replace(/\s+/g, ' ');
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE - 1)}…`;
}

/** `in until (engine/environment/expand.ts:65), run (engine/environment/expand.ts:58), …`; '' if nothing is known. */
export function faultPlace(error: unknown): string {
  const maps = new Map<string, SourceMap | null>();
  const frames = (error instanceof Error ? (error.stack ?? '') : '').split('\n').flatMap((line) => {
    const frame = sourceFrame(line, maps);
    return frame ? [`${frame.name === '' ? 'top level' : frame.name} (${frame.place})`] : [];
  });
  return frames.length === 0 ? '' : `in ${frames.slice(0, MAX_FRAMES).join(', ')}`;
}
