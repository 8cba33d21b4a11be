/** The source `event`: a session sees the events of the system's init as `:sys:NAME`, with the same variables (reference: bridges §7). */
import { sourceOf } from '@upstart/job-language';
import { connect, type Notification } from '@upstart/protocol';
import { textOf } from '../../errors.ts';
import type { RunningSource, Source, SourceContext } from '../../source.ts';

const PREFIX = ':sys:';

export const event: Source = {
  name: 'event',
  isMine: (name) => sourceOf(name) === 'event',
  start,
};

async function start(context: SourceContext): Promise<RunningSource> {
  const { operands, emit, env, fail } = context;
  // An event that no condition names would only be ignored.
  const pass = (name: string, variables: readonly string[]): void => {
    if (operands().some((operand) => operand.event === `${PREFIX}${name}`)) void emit(`${PREFIX}${name}`, variables);
  };
  const take = (notification: Notification): void => {
    if (notification.event === 'event-emitted') pass(notification.name, notification.env);
    else if (notification.event === 'restarted') pass('restarted', []);
  };
  try {
    const system = await connect({ scope: 'system', env, client: 'upstart-event-bridge', endsWithInit: true });
    await system.watch(take, (reason) => {
      if (reason !== null) fail(new Error('Disconnected from Upstart'));
    });
    return { stop: () => system.close() };
  } catch (error) {
    const why = textOf(error).replace('Unable to connect to Upstart: ', '');
    throw new Error(`Could not connect to system Upstart: ${why}`);
  }
}
