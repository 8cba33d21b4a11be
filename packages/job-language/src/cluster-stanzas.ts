/** `cluster one`, `cluster at most` and `emits cluster` (reference: job files §4). */
import { aWord, oneOrMore } from './arguments.ts';
import type { JobDefinition } from './job-definition.ts';
import type { Lexer } from './lexer.ts';
import { signedNumber } from './numbers.ts';

/** The most places that one lease may have. */
export const MAX_CLUSTER_PLACES = 100;
/** The most labels behind `prefer`. */
export const MAX_PREFERRED = 16;
/** The longest name of a lease, in characters. */
export const MAX_LEASE_NAME = 100;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** As hosts have them in `cluster.conf`. */
const LABEL = /^[A-Za-z0-9_-]{1,63}=[A-Za-z0-9_.-]{1,63}$/;
const PREFER = 'prefer';

/** Before names of events that go to the cluster. */
const CLUSTER = 'cluster';

/** `emits EVENT…`, or `emits cluster EVENT…`: in 1.13.2 `cluster` is the name of an event, so the words are all kept, too. */
export function emits(lexer: Lexer, job: JobDefinition): void {
  const words = oneOrMore(aWord)(lexer);
  lexer.endOfStanza();
  job.emits = [...job.emits, ...words];
  if (words[0] === CLUSTER) job.emitsCluster = [...job.emitsCluster, ...words.slice(1)];
}

/** `[GROUP] [prefer LABEL=VALUE…]` */
export function clusterOne(lexer: Lexer, job: JobDefinition): void {
  readPlaces(lexer, job, 1);
}

/** `N [GROUP] [prefer LABEL=VALUE…]` */
export function clusterAtMost(lexer: Lexer, job: JobDefinition): void {
  const most =
    signedNumber(lexer.word(), 1, MAX_CLUSTER_PLACES) ??
    lexer.fail(`Illegal number, expected 1 to ${MAX_CLUSTER_PLACES}`);
  readPlaces(lexer, job, most);
}

function readPlaces(lexer: Lexer, job: JobDefinition, most: number): void {
  let group: string | null = null;
  let word = lexer.hasToken() ? lexer.word() : null;
  if (word !== null && word !== PREFER) {
    group = leaseName(lexer, word);
    word = lexer.hasToken() ? lexer.word() : null;
  }
  if (word !== null && word !== PREFER) lexer.fail(`Illegal word, expected \`${PREFER}\` or the end of the line`);
  const prefer = word === null ? [] : labels(lexer);
  lexer.endOfStanza();
  job.cluster = { most, group, prefer };
}

function leaseName(lexer: Lexer, word: string): string {
  if (NAME.test(word) && word.length <= MAX_LEASE_NAME) return word;
  return lexer.fail(`Illegal name, expected at most ${MAX_LEASE_NAME} letters, digits, dots, underscores and hyphens`);
}

function labels(lexer: Lexer): string[] {
  const found: string[] = [];
  do {
    const word = lexer.word();
    if (!LABEL.test(word)) lexer.fail('Illegal label, expected LABEL=VALUE');
    if (found.length === MAX_PREFERRED) lexer.fail(`Too many entries, expected at most ${MAX_PREFERRED}`);
    found.push(word);
  } while (lexer.hasToken());
  return found;
}
