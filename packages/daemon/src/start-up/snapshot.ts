/**
 * Builds a start-up snapshot of the daemon, run by `node --build-snapshot`: loads everything, rehearses a start, so that V8 keeps the
 * compiled functions, and sets the function with which a daemon begins.
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

/** The beginning of a daemon from the snapshot. */
function start(): void {
  // Node still has the due time of a timer of the build, which is in the future. After the first timer has fired, it counts from here.
  setTimeout(() => {}, 1);
  tellV8();
  endReadably('init: the daemon ends by an error');
  main(process.argv[1] as string);
}
