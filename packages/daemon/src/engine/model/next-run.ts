/** The variables and the descriptors of the next run of an instance, until it begins; and where descriptors come from. */
import type { Context } from './context.ts';
import type { EventState, InstanceState } from './state.ts';

/** Sets both; null: as they are. */
export function setStart(
  context: Context,
  instance: InstanceState,
  env: string[] | null,
  files: readonly number[] = [],
): void {
  context.setTable(instance, 'startEnv', env);
  context.files.count(files, 1);
  context.files.count(instance.startFiles ?? [], -1);
  delete instance.startFiles;
  if (files.length > 0) instance.startFiles = files;
}

/** The run begins with `env`, that of the start. */
export function takeStart(context: Context, instance: InstanceState, env: readonly string[]): void {
  const { files = [], startFiles } = instance;
  context.setTable(instance, 'env', context.shared.of(env));
  context.setTable(instance, 'startEnv', null);
  context.files.count(files, -1);
  delete instance.files;
  delete instance.startFiles;
  if (startFiles) instance.files = startFiles;
}

/** Gives an event the descriptor that came with it. */
export function setFile(context: Context, event: EventState, file: number): void {
  event.file = file;
  context.files.count([file], 1);
}

/** From now on these listening sockets are there, by name. */
export function keepSockets(context: Context, sockets: ReadonlyMap<string, number>): void {
  const { state, files } = context;
  files.count([...sockets.values()], 1);
  files.count([...(state.sockets?.values() ?? [])], -1);
  state.sockets = new Map(sockets);
}
