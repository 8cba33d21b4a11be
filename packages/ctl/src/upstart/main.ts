/** The command-line tool behind `upstart`, bundled as `upstart.js`; the program `upstart` executes it. */
import { randomUUID } from 'node:crypto';
import { isatty } from 'node:tty';
import { connect, exactArguments, KeyedClient, standardStreams } from '@upstart/protocol';
import { runFrontDoor } from './front-door.ts';

const STDOUT = 1;
const STDERR = 2;

// A job's output is a terminal, too, but what goes there ends up in a log.
const inJob = (process.env.UPSTART_JOB ?? '') !== '';
const out = !inJob && isatty(STDOUT);
const err = !inJob && isatty(STDERR);

process.exitCode = await runFrontDoor(exactArguments().slice(1), {
  env: process.env,
  // Only a terminal's stream may be touched: Node stops a pipe's descriptor from blocking.
  terminal: { out, err, columns: out ? process.stdout.columns : err ? process.stderr.columns : 0 },
  local: true,
  ...standardStreams,
  connect: async (scope) => new KeyedClient(await connect({ scope, client: 'upstart' }), randomUUID()),
});
