/** The arguments of a `file` condition (reference: bridges §4.1, §4.2). */
import { type FileOperand, readFileOperand } from '@upstart/common';
import { jobPath } from '@upstart/dbus/paths';
import type { Operand } from '../../source.ts';

export type Wanted = FileOperand;

/** `home`: the folder that relative paths start from; null: there are none. The value: undefined, if it wants nothing; or a warning. */
export function readCondition({ job, args }: Operand, home: string | null): Wanted | string | undefined {
  const read = readFileOperand(args, home);
  if (read === null) return undefined;
  if (!('text' in read)) return read;
  return read.namesJob ? `${jobPath(job)}: ${read.text}` : read.text;
}
