/** The definitions of jobs: as init has read them, and their files with what is wrong there. */
import { closeSync, openSync, readSync } from 'node:fs';
import { decodeText, encodeText, systemErrorText } from '@upstart/common';
import { type UpstartClient, upstartError } from '@upstart/protocol';
import { ask } from '../gateway.ts';
import { ProblemError } from '../http/problem.ts';
import { MAX_FILE_BYTES } from '../limits.ts';
import { LIST, listOf, ref, TEXT } from './components.ts';
import { type Route, route } from './route.ts';

/** Only a path that init itself names is read, never one from a request; with the rights of the gateway's user. */
async function fileOf(client: UpstartClient, job: string): Promise<string> {
  const broken = (await client.call('brokenFiles', {})).find((file) => file.job === job);
  if (broken !== undefined) return broken.path;
  const [config] = await client.call('config', { job });
  if (config === undefined) throw upstartError('unknown-job', job);
  return config.path;
}

function contentOf(path: string): string {
  try {
    const fd = openSync(encodeText(path), 'r');
    try {
      const bytes = Buffer.alloc(MAX_FILE_BYTES);
      return decodeText(bytes.subarray(0, readSync(fd, bytes)));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new ProblemError(403, 'unreadable', `Unable to read ${path}: ${systemErrorText(error)}`);
  }
}

export const FILES: readonly Route[] = [
  route({
    method: 'get',
    path: '/config',
    summary: 'The definitions of all jobs, as `initctl show-config --json` has them.',
    answer: listOf('JobConfig'),
    run: async ({ gateway }) => (await gateway.client()).call('config', { job: null }),
  }),
  route({
    method: 'get',
    path: '/broken-files',
    summary: 'Job files that init could not use.',
    answer: listOf('BrokenFile'),
    run: async ({ gateway }) => (await gateway.client()).call('brokenFiles', {}),
  }),
  route({
    method: 'get',
    path: '/jobs/{job}/config',
    summary: 'The definition of a job.',
    answer: ref('JobConfig'),
    async run({ path: { job }, gateway }) {
      const [config] = await (await gateway.client()).call('config', { job });
      if (config === undefined) throw upstartError('unknown-job', job);
      return config;
    },
  }),
  route({
    method: 'get',
    path: '/jobs/{job}/file',
    summary: 'The file of a job, and what `upstart check --json` finds in it.',
    answer: { type: 'object', properties: { path: TEXT, text: TEXT, checked: LIST }, required: ['path', 'text'] },
    async run({ path: { job }, gateway }) {
      const path = await fileOf(await gateway.client(), job);
      const text = contentOf(path);
      // A link to an init script has nothing to check.
      const checked = path.endsWith('.conf')
        ? await ask(gateway, 'init-checkconf.js', null, ['--json', '--noscript', '--', path])
        : [];
      return { path, text, checked };
    },
  }),
];
