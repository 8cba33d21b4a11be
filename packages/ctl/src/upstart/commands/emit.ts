/** `upstart emit`: an event for this machine's init, or for those of the cluster. */
import { counted, UsageError } from '@upstart/common';
import { TimeoutError } from '@upstart/protocol';
import { type EmitAnswer, type Emitted, emitToCluster } from '../../cluster/emit.ts';
import { loadCluster } from '../../cluster/load.ts';
import { lateText, MAX_TIMEOUT_S, origin, timeLimit } from '../../command.ts';
import { printable } from '../../text/colour.ts';
import { columnsOf, padColumns } from '../../text/columns.ts';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';

/** How long answers of the cluster are waited for without `--timeout`. */
const ANSWERS_S = 30;

interface Options {
  readonly cluster?: boolean | undefined;
  readonly to?: readonly string[] | undefined;
  readonly wait?: boolean | undefined;
  readonly timeout?: string | undefined;
  readonly json?: boolean | undefined;
}

export const emit = frontCommand({
  name: 'emit',
  words: '<EVENT> [VARIABLE..]',
  wordKind: 'event',
  summary: 'Emit an event, with KEY=VALUE for its variables: on this machine, or on the hosts of its cluster.',
  options: {
    cluster: {
      type: 'boolean',
      describe: 'to all hosts of the cluster, where it is :cluster:EVENT; see cluster.conf(5)',
    },
    to: {
      type: 'string',
      array: true,
      nargs: 1,
      requiresArg: true,
      describe: 'LABEL=VALUE: only to hosts of the cluster with it',
      wordKind: 'host-label',
    },
    wait: { type: 'boolean', describe: 'wait until jobs have done what the event asks for, on every host' },
    timeout: {
      type: 'string',
      requiresArg: true,
      describe: `wait for so many seconds at most; without it ${ANSWERS_S} with --cluster`,
    },
    ...JSON_OPTION,
  },
  examples: [
    ['emit deploy VERSION=3', 'on this machine'],
    ['emit --cluster deploy VERSION=3 --wait', 'on all hosts of the cluster, with the outcome on each'],
    ['emit --cluster reindex --to zone=eu --to kind=db', 'on the hosts that have both labels'],
  ],
  isLocal: ({ cluster }) => cluster === true,
  run: (call: Call<Options>) => (call.options.cluster === true ? onCluster(call) : onMachine(call)),
});

async function onMachine({ words, options, context, connect, print }: Call<Options>): Promise<number> {
  if (options.to !== undefined) throw new UsageError('--to is for events of the cluster: add --cluster');
  const [name, ...env] = words as [string, ...string[]];
  const limit = limitOf(options);
  const client = await connect();
  try {
    await client.call('emit', { name, env, wait: options.wait === true, ...origin(context) }, limit);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    print.failure(lateText(options as { timeout: string }, `event ${printable(name)}`));
    return EXIT.failed;
  }
  if (options.json === true) print.json({ name, env });
  return EXIT.done;
}

async function onCluster({ words, options, context, session, print }: Call<Options>): Promise<number> {
  const [name, ...env] = words as [string, ...string[]];
  const { timeoutMs = ANSWERS_S * 1000 } = limitOf(options);
  const cluster = await loadCluster();
  const conf = cluster.readClusterConf(context.env, session);
  const order = { name, env, to: options.to ?? [], answersMs: options.wait === true ? timeoutMs : null };
  const emitted = await emitToCluster(cluster, conf, order);
  if (options.json === true) print.json({ name, env, ...emitted });
  else for (const line of lines(name, order.to, emitted)) print.line(line);
  const bad = (emitted.answers ?? []).filter(({ result }) => FAILURES.has(result));
  if (bad.length === 0) return EXIT.done;
  const count = `${bad.length} of ${counted(emitted.answers?.length ?? 0, 'host')}`;
  print.failure(`not done on ${count}: ${bad.map(({ host }) => host).join(', ')}`);
  return EXIT.failed;
}

/** With one of these a host has not done what the event asks for. */
const FAILURES: ReadonlySet<EmitAnswer['result']> = new Set(['failed', 'rejected', 'no answer']);

function lines(name: string, to: readonly string[], { cluster, sequence, answers }: Emitted): string[] {
  const head = `${printable(name)} is event ${sequence} of the cluster ${cluster}`;
  if (answers === null) return [head];
  if (answers.length === 0) {
    const chosen = to.length === 0 ? '' : ` with ${to.join(' and ')}`;
    return [head, `no host${chosen} waits for events`];
  }
  const width = Math.max(...answers.map(({ host }) => columnsOf(host)));
  return [
    head,
    ...answers.map(
      ({ host, result, text }) => `${padColumns(host, width)}  ${result}${text && `: ${printable(text)}`}`,
    ),
  ];
}

function limitOf({ wait, timeout }: Options): ReturnType<typeof timeLimit> {
  if (timeout === undefined) return {};
  if (wait !== true) throw new UsageError('--timeout is for --wait');
  try {
    return timeLimit({ timeout });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`--timeout takes a number of seconds from 1 to ${MAX_TIMEOUT_S}, not ${timeout || 'nothing'}`);
  }
}
