import { Engine } from '../../engine/engine.ts';
import type { Input } from '../../engine/model/messages.ts';
import { type EngineState, newState } from '../../engine/model/state.ts';
import { initialEnvironment } from '../../engine/requests/environment-requests.ts';
import { TEST_SETTINGS, TestWorld } from '../../engine/testing/world.ts';
import type { StateStore } from '../store.ts';

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

/** Saves the state of a daemon that took these inputs in these portions, and closes the store; returns the state after each portion. */
export function live(store: StateStore, batches: readonly Input[][]): EngineState[] {
  const engine = new Engine(freshState());
  store.save({ supervisor: IDENTITY, state: engine.state, commands: [] }, 0);
  const states = [structuredClone(engine.state)];
  for (const batch of batches) {
    store.append(batch);
    for (const input of batch) engine.apply(structuredClone(input));
    states.push(structuredClone(engine.state));
  }
  store.close();
  return states;
}
