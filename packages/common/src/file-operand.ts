/** The operands of conditions that name a file to watch (reference: bridges §4.1, §4.2). */

/** What happens to a file. */
export type FileHappening = 'create' | 'modify' | 'delete';

/** A file, a folder or the files of a pattern that an operand asks for. */
export interface FileOperand {
  /** The path as the condition has it, which is what the events say. */
  readonly file: string;
  /** The absolute path. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'pattern';
  readonly happenings: readonly FileHappening[];
}

/** An operand that asks for no file. */
export interface FileMistake {
  /** As the original says it, without the job. */
  readonly text: string;
  /** Whether the original names the job before it. */
  readonly namesJob: boolean;
  /** The word that is wrong. */
  readonly word: string;
}

const HAPPENINGS: readonly FileHappening[] = ['create', 'modify', 'delete'];
const SPECIAL = /[*?[]/;

/**
 * The file that an operand with these arguments asks for, or its mistake; null: it names none. `home`: the folder that relative paths start
 * from; null: there are none.
 */
export function readFileOperand(args: readonly string[], home: string | null): FileOperand | FileMistake | null {
  const nameless = args.find((arg) => !arg.includes('='));
  if (nameless !== undefined)
    return { text: 'Ignored file event without variable name', namesJob: true, word: nameless };
  const file = argument(args, 'FILE');
  if (file === undefined || file === '') return null;
  const word = `FILE=${file}`;
  const path = absolute(file, home);
  if (path === null) return { text: `Path must be absolute: ${file}`, namesJob: false, word };
  if (path.split('/').includes('..'))
    return { text: `Path must not contain parent reference: ${file}`, namesJob: false, word };
  const isFolder = path.endsWith('/');
  const isPattern = SPECIAL.test(path);
  if (isFolder && isPattern) return { text: 'Directory globbing not supported', namesJob: true, word };
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
