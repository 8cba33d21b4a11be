/** Why an event that a source makes may not have come: the state of the source, where that is not plain. */
import { readSocketOperand } from '@upstart/common';
import { sourceOf } from '@upstart/job-language';
import type { SourceStatus } from '@upstart/protocol';
import type { Question } from './question.ts';

interface Operand {
  readonly name: string;
  readonly args: readonly string[];
}

/** ``waits for a connection to 127.0.0.1:80; its source `socket` has failed: …``; null: it comes from no source, or all is well. */
export function sourceNote({ sources }: Question, { name, args }: Operand): string | null {
  const source = sources.find((one) => one.name === sourceOf(name));
  if (!source) return null;
  const notes = [name === 'socket' ? connectionNote(args) : null, stateNote(source)];
  return notes.filter((note) => note !== null).join('; ') || null;
}

function connectionNote(args: readonly string[]): string | null {
  const read = readSocketOperand(args);
  return 'text' in read ? null : `waits for a connection to ${read.place}`;
}

function stateNote({ name, state, reason, provider }: SourceStatus): string | null {
  const its = `its source \`${name}\``;
  const because = reason === null ? '' : `: ${reason}`;
  if (state === 'failed') return `${its} has failed${because}`;
  if (state === 'running' && reason !== null) return `${its} has trouble: ${reason}`;
  if (state === 'starting') return `${its} is about to start`;
  if (provider === null) return `${its} does not run${because}`;
  if (provider === 'init') return null;
  const by = provider === 'client' ? 'another program' : `the job ${provider}`;
  return state === 'off' ? `${its} is left to ${by}, and does not run` : `${its} is run by ${by}`;
}
