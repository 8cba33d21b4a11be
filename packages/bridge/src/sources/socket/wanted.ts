/** The sockets that the conditions of all jobs ask for. */
import { readSocketOperand, type SocketFile } from '@upstart/common';
import { jobPath } from '@upstart/dbus/paths';
import type { Operand } from '../../source.ts';

/** A socket that at least one job asks for. */
export interface WantedSocket {
  readonly name: string;
  /** As users write it. */
  readonly place: string;
  /** The variables of its event, those that any of the operands has. */
  readonly env: readonly string[];
  readonly file: SocketFile | null;
  /** The jobs that name it, and among them those that it starts. */
  readonly jobs: readonly string[];
  readonly starts: readonly string[];
}

/** By name, in the order of the operands. Several operands may mean one socket: the first one decides about a variable that they share. */
export function wantedSockets(operands: readonly Operand[]): Map<string, WantedSocket> {
  const wanted = new Map<string, WantedSocket>();
  for (const { job, stanza, args } of operands) {
    const read = readSocketOperand(args);
    if ('text' in read) continue;
    const known = wanted.get(read.name) ?? { ...read, env: [], jobs: [], starts: [] };
    wanted.set(read.name, {
      ...known,
      env: [...known.env, ...read.env.filter((entry) => !known.env.some((other) => keyOf(other) === keyOf(entry)))],
      jobs: [...known.jobs, job],
      starts: stanza === 'start on' ? [...known.starts, job] : known.starts,
    });
  }
  return wanted;
}

/** The warning about an operand that asks for no socket, as the original prints it (reference: bridges §3.1); null: it asks for one. */
export function mistakeIn({ job, args }: Operand): string | null {
  const read = readSocketOperand(args);
  if (!('text' in read)) return null;
  return `${read.text} in ${jobPath(job)}${read.error === '' ? '' : `: ${read.error}`}`;
}

const keyOf = (entry: string): string => entry.slice(0, entry.indexOf('='));
