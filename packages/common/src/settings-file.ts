/** Files of settings, such as `upstart.conf`: lines `KEY VALUE`, which their readers give a meaning. */
import { readSync } from 'node:fs';
import { withRegularFile } from './regular-file.ts';

/** A larger file is not read at all. */
export const MAX_SETTINGS_BYTES = 65_536;
/** Of a wrong word, in a message. */
const QUOTED_LENGTH = 60;

export interface SettingLine {
  /** From 1. */
  readonly line: number;
  readonly key: string;
  readonly value: string;
}

/** Bounded, and only from a regular file: root may be asked to read another user's file. Throws as `open` and `read` do. */
export function readSettingsText(path: string): string {
  return withRegularFile(path, (fd) => {
    const bytes = Buffer.alloc(MAX_SETTINGS_BYTES + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < bytes.length; length += read)
      read = readSync(fd, bytes, length, bytes.length - length, null);
    if (length > MAX_SETTINGS_BYTES) throw new Error(`larger than ${MAX_SETTINGS_BYTES} bytes`);
    return bytes.toString('utf8', 0, length);
  });
}

/** The lines that have a setting. `#` begins a comment at the start of a line or behind a blank. */
export function settingLines(text: string): SettingLine[] {
  return text.split('\n').flatMap((whole, index) => {
    const [, key = '', value = ''] = /^[ \t]*([^ \t]*)(.*)$/s.exec(whole.replace(/(?:^|[ \t])#.*$/s, '')) ?? [];
    return key.trim() === '' ? [] : [{ line: index + 1, key: key.trim(), value: value.trim() }];
  });
}

/** The text as a message quotes it: printable, and not too long. */
export function quotedSetting(text: string): string {
  const printable = text.replace(/\p{Cc}/gu, '?');
  return printable.length > QUOTED_LENGTH ? `${printable.slice(0, QUOTED_LENGTH)}…` : printable;
}
