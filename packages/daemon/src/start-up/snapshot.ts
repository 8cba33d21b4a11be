/**
 * Builds a start-up snapshot of the daemon: run by `node --build-snapshot`, it loads everything, runs through what every start does so
 * that V8 keeps the compiled functions, and says how a daemon begins that is made from the snapshot.
 */
import { tmpdir } from 'node:os';
import { startupSnapshot } from 'node:v8';
import { endReadably, lastWords } from '@upstart/common';
import * as commands from '../../../ctl/src/commands.ts';
import { provideCommands } from '../control/run-command.ts';
import { main } from './main.ts';
import { rehearse } from './rehearsal.ts';
import { tellV8 } from './v8-settings.ts';

provideCommands(commands);
rehearse(tmpdir()).then(
  () => startupSnapshot.setDeserializeMainFunction(start),
  (error) => {
    process.stderr.write(`${lastWords(error)}\n`);
    process.exit(1);
  },
);

/** How a daemon begins that is made from the snapshot. */
function start(): void {
  // Node has kept for when its clock was set last, which is later than this. Once a timer has gone off it counts from here.
  setTimeout(() => {}, 1);
  tellV8();
  endReadably('init: the daemon ends by an error');
  main(process.argv[1] as string);
}
