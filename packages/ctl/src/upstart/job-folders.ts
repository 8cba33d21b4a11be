/** The folders of `--confdir`. */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { encodeText, systemErrorText } from '@upstart/common';

/** Their absolute paths. Throws where one cannot be read: to init it would be a folder without job files. */
export function jobFolders(option: readonly string[]): string[] {
  return option.map((folder) => {
    try {
      readdirSync(encodeText(folder));
    } catch (error) {
      throw new Error(`cannot read ${folder}: ${systemErrorText(error)}`);
    }
    return resolve(folder);
  });
}
