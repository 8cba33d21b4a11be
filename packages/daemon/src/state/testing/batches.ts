import type { Input } from '../../engine/model/messages.ts';
import { type EngineState, newState } from '../../engine/model/state.ts';
import { initialEnvironment } from '../../engine/requests/environment-requests.ts';
import { TEST_SETTINGS, TestWorld } from '../../engine/testing/world.ts';

export const IDENTITY = 'boot 42 1000';

export function freshState(): EngineState {
  return newState(TEST_SETTINGS, initialEnvironment(TEST_SETTINGS));
}

/** A few inputs of every kind, in portions of one to three. */
export function someBatches(): Input[][] {
  const world = new TestWorld();
  world.job('web', 'start on go\nrespawn\npre-start exec prepare\nexec serve');
  world.job('follower', 'start on started web\ntask\nexec follow');
  world.emit('go');
  world.exit(world.process('prepare'));
  world.exit(world.process('serve'), 1);
  world.stop('web');
  world.wait(6000);
  const batches: Input[][] = [];
  for (let at = 0, size = 1; at < world.inputs.length; at += size, size = (size % 3) + 1) {
    batches.push(world.inputs.slice(at, at + size));
  }
  return batches;
}
