import { exactArguments, standardStreams } from '@upstart/common';
import { checkJobFiles } from './check-job-file.ts';

process.exitCode = checkJobFiles(exactArguments().slice(1), {
  ...standardStreams,
  errTerminal: process.stderr.isTTY === true,
});
