/** Answers in words, as the commands print them. */
import { historyText, paletteFor } from '@upstart/ctl/parts';
import type { HistoryEntry } from '@upstart/protocol';

/** Without colours. */
export const PLAIN = paletteFor(false, {});

/** An entry of the history, and the same in words. */
export type ToldEntry = HistoryEntry & { readonly line: string };

export const withWords = (entry: HistoryEntry): ToldEntry => ({ ...entry, line: historyText(entry, PLAIN) });
