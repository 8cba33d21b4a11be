import { getSystemErrorMap } from 'node:util';

/** Where the C library's text for an error is not Node's with a capital letter. */
const TEXTS: Record<string, string> = {
  EIO: 'Input/output error',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  EMFILE: 'Too many open files',
  ENFILE: 'Too many open files in system',
  ENOMEM: 'Cannot allocate memory',
  ENOSPC: 'No space left on device',
};

/** What strerror says of a failed system call, as the log prints it: `Permission denied`. */
export function errnoText(error: unknown): string {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  const text = (code !== undefined && TEXTS[code]) || getSystemErrorMap().get(errno ?? 0)?.[1] || message;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether a system call failed because something on the path is not there. */
export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
