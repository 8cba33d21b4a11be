#!/usr/bin/env node
// A session init on the example jobs, in a folder of its own, until Ctrl-C.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { become, environment, programs } from './launch.js';

const folder = mkdtempSync(join(tmpdir(), 'upstart-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const [run, log] = ['run', 'log'].map((name) => join(folder, name));
for (const path of [run, log]) mkdirSync(path, { mode: 0o700 });
const bin = programs();
console.log(`In another terminal:

  export XDG_RUNTIME_DIR=${run} PATH=${bin}:$PATH

then for example: upstart ps; initctl start database; initctl emit upload FILE=cat.png; upstart logs -f
Ctrl-C stops every job and ends.
`);
become(join(bin, 'upstart'), ['--user', '--confdir', 'jobs', '--logdir', log, ...process.argv.slice(2)], {
  cwd: fileURLToPath(new URL('examples', import.meta.url)),
  env: { ...environment, XDG_RUNTIME_DIR: run, PATH: [bin, environment.PATH].join(delimiter) },
});
