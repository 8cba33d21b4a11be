/** `upstart metrics`: numbers for Prometheus. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { systemErrorText } from '@upstart/common';
import { printable } from '../../text/colour.ts';
import { EXIT, frontCommand } from '../command.ts';
import { collect } from '../metrics/collect.ts';
import { metricsText } from '../metrics/text.ts';
import { stateFolder } from './simulate.ts';

/** Readable by the collector, which is another user. */
const MODE = 0o644;

export const metrics = frontCommand({
  name: 'metrics',
  words: '',
  wordKind: 'none',
  summary: 'Print numbers of init and its jobs in the text format of Prometheus.',
  options: {
    textfile: {
      type: 'string',
      requiresArg: true,
      wordKind: 'file',
      describe: "write them to this file, at once, as node_exporter's textfile collector wants it",
    },
  },
  examples: [
    ['metrics', 'prints the numbers of all jobs'],
    ['metrics --textfile /var/lib/prometheus/node-exporter/upstart.prom', 'leaves them for node_exporter'],
  ],
  isLocal: () => true,
  async run({ connect, context, options, print, scope }) {
    const text = [...metricsText(await collect(await connect(), stateFolder(scope, context.env)))].join('');
    if (options.textfile === undefined) {
      print.raw(text);
      return EXIT.done;
    }
    try {
      replace(options.textfile, text);
      return EXIT.done;
    } catch (error) {
      print.failure(`Unable to write ${printable(options.textfile)}: ${systemErrorText(error)}`);
      return EXIT.failed;
    }
  },
});

/** Readers find the file before or the new one, whole. */
function replace(path: string, text: string): void {
  const begun = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    const fd = openSync(begun, 'wx', MODE);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(begun, path);
  } catch (error) {
    rmSync(begun, { force: true });
    throw error;
  }
}
