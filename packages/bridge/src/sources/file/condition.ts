/** The arguments of a `file` condition (reference: bridges §4.1, §4.2). */
import { jobPath } from '@upstart/dbus/paths';
import type { Operand } from '../../source.ts';
import type { Happening } from './entry.ts';

export interface Wanted {
  /** The path as the condition has it, which is what the events say. */
  readonly file: string;
  /** The absolute path. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'pattern';
  readonly happenings: readonly Happening[];
}

const HAPPENINGS: readonly Happening[] = ['create', 'modify', 'delete'];
const SPECIAL = /[*?[]/;

/** `home`: the folder that relative paths start from; null: there are none. The value: undefined, if it wants nothing; or a warning. */
export function readCondition({ job, args }: Operand, home: string | null): Wanted | string | undefined {
  if (args.some((arg) => !arg.includes('='))) return `${jobPath(job)}: Ignored file event without variable name`;
  const file = argument(args, 'FILE');
  if (file === undefined || file === '') return undefined;
  const path = absolute(file, home);
  if (path === null) return `Path must be absolute: ${file}`;
  const parts = path.split('/');
  if (parts.includes('..')) return `Path must not contain parent reference: ${file}`;
  const isFolder = path.endsWith('/');
  const isPattern = SPECIAL.test(path);
  if (isFolder && isPattern) return `${jobPath(job)}: Directory globbing not supported`;
  const event = argument(args, 'EVENT');
  const happenings = HAPPENINGS.filter((one) => one === event);
  return {
    ...{ file, path },
    kind: isFolder ? 'folder' : isPattern ? 'pattern' : 'file',
    happenings: happenings.length > 0 ? happenings : HAPPENINGS,
  };
}

function argument(args: readonly string[], name: string): string | undefined {
  return args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
}

function absolute(file: string, home: string | null): string | null {
  if (file.startsWith('/')) return file;
  if (home === null || file.startsWith('./')) return null;
  return `${home}/${file.startsWith('~/') ? file.slice(2) : file}`;
}
