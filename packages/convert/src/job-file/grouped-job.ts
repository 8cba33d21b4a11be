/** A job under construction: stanzas in groups, in the order of a job file written by hand. */

import type { TranslatedFile } from '../translation.ts';
import { JobText } from './job-text.ts';
import { faultOf, stanzaName } from './stanza-fault.ts';
import { quotedWord } from './words.ts';

/** The groups, in the order of the file. */
export const GROUPS = ['about', 'conditions', 'instance', 'environment', 'settings', 'processes'] as const;
export type Group = (typeof GROUPS)[number];

interface Line {
  readonly text: string;
  readonly comments: readonly string[];
}

export class GroupedJob {
  readonly name: string;
  readonly #origin: string;
  readonly #comments: readonly string[];
  readonly #groups = new Map<Group, Line[]>(GROUPS.map((group) => [group, []]));

  /** Stanzas that were left out, and why. */
  readonly rejected: { readonly stanza: string; readonly why: string }[] = [];

  constructor(name: string, origin: string, comments: readonly string[] = []) {
    this.name = name;
    this.#origin = origin;
    this.#comments = comments;
  }

  /** Adds a stanza, unless no init would read it: see `rejected`. */
  stanza(group: Group, text: string, comments: readonly string[] = []): void {
    const fault = faultOf(text);
    if (fault !== null) this.rejected.push({ stanza: stanzaName(text), why: fault });
    else this.#groups.get(group)?.push({ text, comments });
  }

  /** A stanza with one word; false where no word can say it. */
  word(group: Group, stanza: string, text: string, comments: readonly string[] = []): boolean {
    const word = quotedWord(text);
    if (word !== null) this.stanza(group, `${stanza} ${word}`, comments);
    return word !== null;
  }

  file(): TranslatedFile {
    const job = new JobText(this.name, this.#origin);
    for (const comment of this.#comments) job.comment(comment);
    for (const group of GROUPS) {
      const lines = this.#groups.get(group) as Line[];
      if (lines.length > 0) job.gap();
      for (const { text, comments } of lines) {
        for (const comment of comments) job.comment(comment);
        job.line(text);
      }
    }
    return job.file();
  }
}
