#!/usr/bin/env node
// The commands behind `npm start`, `npm test` and the others: one file a command, each with a function `run(args)`
// that returns the exit status. All files of this folder are plain JavaScript, because they run before anything is installed.
import { Problem } from './problem.mjs';

const COMMANDS = {
  start: 'a session init on the example jobs, in the foreground',
  test: 'everything that can be checked on this machine',
  'test-unit': 'the unit tests, which need no build',
  dev: 'types and unit tests, at each change of a source',
  build: 'compile and bundle into dist/',
  check: 'types, style, dead code, one version',
  demo: 'a tour of what it does, about twenty seconds',
  bench: 'the measurements',
  docs: 'the documents and manual pages as a static site, in dist/site',
  package: 'packages for Debian and npm, a tarball, an image, in dist/packages',
  release: 'date the change log, commit and tag: [VERSION] [--dry-run]',
  'install-system': 'install the built product: --destdir DIR --prefix DIR --as-init, or --uninstall',
};

const [command, ...args] = process.argv.slice(2);
if (!Object.hasOwn(COMMANDS, command ?? '')) {
  const lines = Object.entries(COMMANDS).map(([name, text]) => `  ${name.padEnd(16)}${text}`);
  console.error(
    `${command ? `unknown command: ${command}\n` : ''}usage: node scripts/run.mjs COMMAND\n${lines.join('\n')}`,
  );
  process.exit(2);
}

try {
  const { run } = await import(`./${command}.mjs`);
  process.exitCode = await run(args);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(`${error.message}${error.hint ? `\n${error.hint}` : ''}`);
  process.exitCode = 1;
}
