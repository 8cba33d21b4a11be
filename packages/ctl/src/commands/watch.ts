/** `watch`, and upstart-monitor: events and changes as they happen, one line each. */
import type { Notification } from '@upstart/protocol';
import { type Command, JSON_OUTPUT } from '../command.ts';
import { printable } from '../text/colour.ts';

export const watch: Command = {
  name: 'watch',
  group: 'Further',
  synopsis: 'Follow events and state changes.',
  usage: '',
  most: 0,
  options: [JSON_OUTPUT],
  help: 'Each line has the time and what happened. It continues over a restart of the init daemon, until it is interrupted. With --json each line is a JSON object.',
  local: true,
  async run({ connect, context, options, print }) {
    const client = await connect();
    const now = (): string => (context.now?.() ?? new Date()).toISOString();
    const show = (notification: Notification): void => {
      const time = now();
      if (options.json === true) print.line(JSON.stringify({ time, ...notification }));
      else print.line(`${print.colour.dim(time)} ${printable(notificationText(notification))}`);
    };
    return new Promise((resolve, reject) => {
      context.signal?.addEventListener('abort', () => client.close());
      const ended = (reason: Error | null): void => (reason === null ? resolve(0) : reject(reason));
      client.watch(show, ended).catch(reject);
    });
  },
};

interface Named {
  readonly job: string;
  readonly instance: string;
}
/** The notification with this `event`, also where two share a type. */
type Of<E extends string, N = Notification> = N extends { event: infer F } ? (E extends F ? N : never) : never;

/** One row for each kind of notification: its text. */
const TEXTS: { readonly [E in Notification['event']]: (n: Of<E>) => string } = {
  'job-added': ({ job }) => `job ${job} added`,
  'job-removed': ({ job }) => `job ${job} removed`,
  'instance-added': (n) => `${display(n)} added`,
  'instance-removed': (n) => `${display(n)} removed`,
  goal: (n) => `${display(n)} goal ${n.goal}`,
  state: (n) => `${display(n)} state ${n.state}`,
  process: (n) => `${display(n)} ${n.slot} process ${n.pid}`,
  'process-ended': (n) => `${display(n)} ${n.slot} process ${n.pid} ${n.text}`,
  failed: (n) => `${display(n)} failed with status ${n.status}`,
  'event-emitted': ({ name, env, failed }) => ['event', name, ...env, ...(failed ? ['(failed)'] : [])].join(' '),
  restarted: () => 'init daemon restarted',
};

function notificationText(notification: Notification): string {
  const text = TEXTS[notification.event] as ((n: Notification) => string) | undefined;
  return text === undefined ? notification.event : text(notification);
}

function display({ job, instance }: Named): string {
  return instance === '' ? job : `${job} (${instance})`;
}
