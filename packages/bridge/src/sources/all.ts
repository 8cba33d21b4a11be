/** All sources. */
import type { Source } from '../source.ts';

export const SOURCES: readonly Source[] = [];
