import { getSystemErrorMap } from 'node:util';

/** What the system calls the error of a failed call, as strerror says it: `No such file or directory`. */
export function systemErrorText(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  const text = (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]) ?? message;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
