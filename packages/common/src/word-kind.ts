/**
 * What the shells complete: the kind of an argument, or of an option's value. A list has all the words that there are.
 * `packages/ctl/src/completions/sources.ts` knows where the words of a kind come from.
 */
export type WordKind = NamedKind | readonly string[];

export type NamedKind =
  | 'job'
  | 'stopped-job'
  | 'running-job'
  | 'event'
  | 'variable'
  | 'command'
  | 'host'
  | 'host-label'
  | 'host-or-label'
  | 'file'
  | 'folder'
  | 'none';
