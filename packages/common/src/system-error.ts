import { getSystemErrorMap } from 'node:util';

/** Texts of the C library where the ones of Node's table differ in more than their capitals. */
const C_TEXTS: Record<string, string> = {
  E2BIG: 'Argument list too long',
  EACCES: 'Permission denied',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EAFNOSUPPORT: 'Address family not supported by protocol',
  EAGAIN: 'Resource temporarily unavailable',
  EFAULT: 'Bad address',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  EMFILE: 'Too many open files',
  ENAMETOOLONG: 'File name too long',
  ENFILE: 'Too many open files in system',
  ENOENT: 'No such file or directory',
  ENOMEM: 'Cannot allocate memory',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  EPERM: 'Operation not permitted',
  EROFS: 'Read-only file system',
  ESRCH: 'No such process',
  ETXTBSY: 'Text file busy',
};

/** Not in Node's table: it knows only the errors that its own I/O meets. */
const ENOEXEC = 8;

/** The text of strerror for an errno. */
export function errnoText(errno: number): string {
  if (errno === ENOEXEC) return 'Exec format error';
  const known = getSystemErrorMap().get(-errno);
  if (!known) return `Unknown error ${errno}`;
  const [code, message] = known;
  return C_TEXTS[code] ?? message.charAt(0).toUpperCase() + message.slice(1);
}

/** The errno with this text; null: it is the text of none that is known. */
export function errnoOfText(text: string): number | null {
  for (const errno of getSystemErrorMap().keys()) if (errnoText(-errno) === text) return -errno;
  return null;
}

/** The same of a call that failed in this process. An error without a number keeps its own text. */
export function systemErrorText(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return errno === undefined || !getSystemErrorMap().has(errno) ? message : errnoText(-errno);
}
