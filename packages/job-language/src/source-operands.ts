/** Faults in the words of operands that sources of events read. They are no errors of the file: such an operand never comes true. */
import {
  CLUSTER_EVENT_FORM,
  type FileMistake,
  isClusterEvent,
  readFileOperand,
  readSocketOperand,
  type SocketMistake,
} from '@upstart/common';
import { OF_CLUSTER, type SourceName, sourceOf } from './event-sources.ts';
import { parseTimer } from './timer/timer.ts';

export interface OperandFault {
  /** The argument at fault, counted from 0; null: one is missing. */
  readonly argument: number | null;
  readonly text: string;
  /** What was probably meant, as a word of the condition; null: not known. */
  readonly meant: string | null;
}

export interface SourceOperand {
  readonly name: string;
  readonly args: readonly string[];
}

/** `inSession`: whether the job may be one of a session, where paths may start from the home folder. */
export interface OperandPlace {
  readonly inSession: boolean;
}

type Reader = (args: readonly string[], place: OperandPlace, name: string) => OperandFault | null;

/** Stands for the home folder: what is at a path does not matter here. */
const HOME = '~';

/** Behind the name of an event that has failed: init itself emits that. */
const FAILED = /\/failed$/;

const READERS: Readonly<Partial<Record<SourceName, Reader>>> = {
  cluster(_args, _place, name) {
    const event = name.slice(OF_CLUSTER.length).replace(FAILED, '');
    if (isClusterEvent(event)) return null;
    const text = `no event of this name can cross machines: expected ${CLUSTER_EVENT_FORM}`;
    return { argument: null, text, meant: null };
  },
  timer(args) {
    const parsed = parseTimer(args);
    return 'fault' in parsed ? parsed.fault : null;
  },
  socket(args) {
    if (args.length === 0) return { argument: null, text: 'a socket needs PROTO= and its address', meant: null };
    const read = readSocketOperand(args);
    return 'text' in read ? mistakeIn(args, read) : null;
  },
  file(args, { inSession }) {
    const read = readFileOperand(args, inSession ? HOME : null);
    // Without FILE it asks for nothing, but comes true by what others ask for.
    return read !== null && 'text' in read ? mistakeIn(args, read) : null;
  },
};

/** What is wrong with an operand whose event a source makes; null: nothing, or it is for no source that could say so. */
export function operandFault({ name, args }: SourceOperand, place: OperandPlace): OperandFault | null {
  const source = sourceOf(name);
  return source === null ? null : (READERS[source]?.(args, place, name) ?? null);
}

function mistakeIn(args: readonly string[], { text, word }: SocketMistake | FileMistake): OperandFault {
  const argument = word === null ? -1 : args.indexOf(word);
  return { argument: argument < 0 ? null : argument, text: plain(text), meant: null };
}

/** The text of the original as part of a sentence. */
function plain(text: string): string {
  const rest = text.replace(/^Ignored /, '');
  return `${rest.charAt(0).toLowerCase()}${rest.slice(1)}`;
}
