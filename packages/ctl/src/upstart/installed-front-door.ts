/** Stands for `front-door.ts` in what is built: the commands of `upstart`, and yargs with them, are loaded by the first of them. */
import { RUN_LOCALLY } from '@upstart/protocol';
import { installedModule } from '@upstart/protocol/installed-module';
import type { CommandContext } from '../context.ts';

type FrontDoor = typeof import('./front-door.ts');

let frontDoor: FrontDoor | null = null;

export async function runFrontDoor(words: readonly string[], context: CommandContext): Promise<number> {
  frontDoor ??= installedModule<FrontDoor>('front-door.cjs');
  if (frontDoor !== null) return frontDoor.runFrontDoor(words, context);
  // The caller's Node has all files of the new version.
  if (!context.local) return RUN_LOCALLY;
  context.err('upstart: the installation has changed meanwhile; try again\n');
  return 1;
}
