/** The variable that a line is, and who may set which (reference: bridges §8). */
import { decodeText } from '@upstart/common';

/** A client as the kernel knows it. */
export interface Peer {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

const CR = 0x0d;
const SHORTEST_LINE = 2;

/** Those that the source sets itself. Later ones of a name count in the job's environment, so a client could speak for another. */
const OWN_NAMES = new Set([
  ...['SOCKET_TYPE', 'SOCKET_VARIANT', 'SOCKET_PATH'],
  ...['CLIENT_UID', 'CLIENT_GID', 'CLIENT_PID'],
]);
/** Names that say which program runs, and what it loads. They are not for other users to set. */
const OF_PROGRAMS = /^(?:PATH|ENV|BASH_ENV|IFS|LD_.*|UPSTART_.*)$/;

/** `KEY=VALUE` as the line has it; null: the line is no variable, and is ignored. */
export function variableIn(line: Buffer): string | null {
  const text = line.at(-1) === CR ? line.subarray(0, -1) : line;
  if (text.length < SHORTEST_LINE || text.includes(0)) return null;
  return text.indexOf('=') > 0 ? decodeText(text) : null;
}

/** Whether a client may set the variable; `isOther`: it is of another user than init. */
export function maySet(variable: string, isOther: boolean): boolean {
  const name = variable.slice(0, variable.indexOf('='));
  return !OWN_NAMES.has(name) && !(isOther && OF_PROGRAMS.test(name));
}

/** What an event says of the client, in the order of the original. */
export function variablesOf({ pid, uid, gid }: Peer, path: string): string[] {
  return [
    'SOCKET_TYPE=unix',
    `SOCKET_VARIANT=${path.startsWith('@') ? 'abstract' : 'named'}`,
    ...[`CLIENT_UID=${uid}`, `CLIENT_GID=${gid}`, `CLIENT_PID=${pid}`],
    `SOCKET_PATH=${path}`,
  ];
}
