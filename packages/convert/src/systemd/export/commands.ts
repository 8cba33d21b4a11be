/** Commands of jobs as lines of units: the shell runs them where init would have the shell run them (reference: job files §4.4). */
import type { ProcessDefinition } from '@upstart/job-language';
import { commandWord } from '../unit/words.ts';

/** A command with any of these is handed to the shell. */
export const SHELL_CHARACTERS = /[~`!$^&*()=|\\{}[\];"'<>?]/;
/** Prefixes of commands that would change their meaning (systemd.service(5)). */
const PREFIXED = /^[-@:+!|]/;

/** The words with which init has the shell execute a text. */
export const SHELL_WORDS = ['/bin/sh', '-e', '-c'] as const;

export function commandOf({ kind, text }: ProcessDefinition): string {
  const words = text.split(/[ \t\r\n]+/).filter((word) => word !== '');
  const isDirect = kind === 'exec' && !SHELL_CHARACTERS.test(text) && isExecutable(words[0] ?? '');
  if (isDirect) return words.map(commandWord).join(' ');
  const script = kind === 'exec' ? `exec ${text}` : text;
  return [...SHELL_WORDS, script, '/bin/sh'].map(commandWord).join(' ');
}

/** An absolute path or a name: systemd executes no other path. */
function isExecutable(word: string): boolean {
  return !PREFIXED.test(word) && (word.startsWith('/') || !word.includes('/'));
}
