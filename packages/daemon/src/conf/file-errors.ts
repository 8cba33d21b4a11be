/** The meaning of failed system calls for a file or directory. */

/** Something on the path is not there. */
export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

const PASSING = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** The machine lacks something at the moment, which says nothing about the file. */
export function isPassing(error: unknown): boolean {
  return PASSING.has((error as NodeJS.ErrnoException).code ?? '');
}
