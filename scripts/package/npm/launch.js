#!/usr/bin/env node
// Runs the program of the package for this processor by the name that this file is called by, with the same Node.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';

const PLATFORM = `@upstart/upstart-${process.platform}-${process.arch}`;
const name = basename(process.argv[1] ?? 'upstart').replace(/\.js$/, '');

/** The folder of the programs. */
export function programs() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${PLATFORM}/package.json`)), 'sbin');
  } catch {
    console.error(
      `upstart: the package ${PLATFORM} is not installed: there is none for this system, or optional packages were left out`,
    );
    process.exit(1);
  }
}

/** The programs look for Node on the PATH. */
export const environment = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };

/** Runs a program as this process: signals are passed on, and it ends as the program does. */
export function become(program, args, options = {}) {
  const child = spawn(program, args, { stdio: 'inherit', env: environment, ...options });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`upstart: cannot run ${program}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

if (name !== 'upstart-examples') become(join(programs(), name), process.argv.slice(2));
