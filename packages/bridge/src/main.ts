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

const [script = '', calledAs, path = 'upstart-bridge', ...rest] = exactArguments();
const isDetached = rest[0] === DETACHED;
const words = isDetached ? rest.slice(1) : rest;
const program = programOf(calledAs === CALLED_AS ? basename(path) : '');

endReadably(`${program.name} ends by an error`);
nameProcess(program.name);
const tool = bridgeTool(program, {
  isDetached,
  again: [process.execPath, script, CALLED_AS, program.name, DETACHED, ...words],
  env: process.env,
  home: homedir(),
});
process.exit(await callTool(tool, words, standardStreams));
