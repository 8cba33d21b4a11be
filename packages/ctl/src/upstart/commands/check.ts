/** `upstart check`: init-checkconf on files, on those in folders, or on those that the running init has read. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { encodeText, systemErrorText } from '@upstart/common';
import type { UpstartClient } from '@upstart/protocol';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { toolPath } from '../tool-program.ts';

export const check = frontCommand({
  name: 'check',
  words: '[PATH..]',
  wordKind: 'file',
  summary:
    'Check the syntax of job files and of the scripts in them, and whether conditions on timers, sockets and files can come true. Without PATH: of the files that the running init has read.',
  options: {
    scripts: { type: 'boolean', default: true, describe: 'check shell scripts, too; --no-scripts: do not' },
    portable: { type: 'boolean', describe: 'name stanzas that Upstart 1.13.2 does not know, and fail if there is any' },
    ...JSON_OPTION,
  },
  examples: [
    ['check web.conf', 'checks one file'],
    ['check /etc/init', 'checks each .conf file in the folder and below it'],
    ["check --json . | jq -r '.[] | select(.errors != []) | .path'", 'names the files with errors'],
  ],
  isLocal: () => true,
  async run(call) {
    const { words, options, print } = call;
    const { files, status } = words.length === 0 ? await filesOfInit(await call.connect()) : filesBelow(words, call);
    if (files.length === 0) {
      if (options.json === true) print.json([]);
      else if (status === EXIT.done) print.line('There are no job files.');
      return status;
    }
    const given = [
      '--explain',
      '--conditions',
      ...(options.scripts === false ? ['--noscript'] : []),
      ...(options.portable === true ? ['--portable'] : []),
      ...(options.json === true ? ['--json'] : []),
    ];
    const args = [toolPath('init-checkconf.js'), ...given, '--', ...files];
    const result = spawnSync(process.execPath, args, { stdio: 'inherit' });
    return Math.max(status, result.status ?? EXIT.failed);
  },
});

interface Files {
  readonly files: readonly string[];
  readonly status: number;
}

async function filesOfInit(client: UpstartClient): Promise<Files> {
  const [configs, broken] = await Promise.all([client.call('config', { job: null }), client.call('brokenFiles', {})]);
  const paths = new Set([...configs, ...broken].map(({ path }) => path).filter((path) => path.endsWith('.conf')));
  return { files: [...paths].sort(), status: EXIT.done };
}

function filesBelow(paths: readonly string[], { print }: Call): Files {
  let status: number = EXIT.done;
  const files = paths.flatMap((path) => {
    try {
      return statSync(encodeText(path)).isDirectory() ? confFiles(path) : [path];
    } catch (error) {
      print.failure(`cannot check ${path}: ${systemErrorText(error)}`);
      status = EXIT.failed;
      return [];
    }
  });
  return { files, status };
}

function confFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.conf'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
