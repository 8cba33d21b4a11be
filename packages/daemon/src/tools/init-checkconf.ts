import { exactArguments, standardStreams } from '@upstart/protocol';
import { checkJobFiles } from './check-job-file.ts';

process.exitCode = checkJobFiles(exactArguments().slice(1), {
  ...standardStreams,
  errTerminal: process.stderr.isTTY === true,
});
