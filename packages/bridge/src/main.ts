/** upstart-bridge and its other names, as a process: bundled as `bridge.js`. */
import { homedir } from 'node:os';
import { basename } from 'node:path';
import { callTool, endReadably, exactArguments, nameProcess, standardStreams } from '@upstart/common';
import { bridgeTool } from './bridge-tool.ts';
import { programOf } from './programs.ts';

/** Before the name the program was called by. */
const CALLED_AS = '--called-as';
/** Before the words of a program that `--daemon` has started. */
const DETACHED = '--detached';
/** Before the words that init starts it with. */
const MANAGED = '--managed';

const [script = '', calledAs, path = 'upstart-bridge', ...rest] = exactArguments();
const isDetached = rest[0] === DETACHED;
const isManaged = rest[0] === MANAGED;
const words = isDetached || isManaged ? rest.slice(1) : rest;
const program = programOf(calledAs === CALLED_AS ? basename(path) : '');

endReadably(`${program.name} ends by an error`);
nameProcess(program.name);
const tool = bridgeTool(program, {
  isDetached,
  isManaged,
  again: [process.execPath, script, CALLED_AS, program.name, DETACHED, ...words],
  env: process.env,
  home: homedir(),
});
process.exit(await callTool(tool, words, standardStreams));
