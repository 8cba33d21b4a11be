/** All sources. */
import type { Source } from '../source.ts';
import { timer } from './timer/timer.ts';

export const SOURCES: readonly Source[] = [timer];
