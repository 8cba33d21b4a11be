import { checkJobFile } from './check-job-file.ts';

process.exitCode = checkJobFile(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
