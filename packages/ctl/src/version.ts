import { VERSION } from '@upstart/common';

/** The text of `--version`. */
export function versionText(program: string): string {
  return [
    `${program} (upstart ${VERSION})`,
    'Copyright (c) The Upstart Contributors',
    '',
    'This is free software under the MIT licence: you may use, copy, change and pass it on.',
    'There is no warranty, to the extent permitted by law.',
    '',
  ].join('\n');
}
