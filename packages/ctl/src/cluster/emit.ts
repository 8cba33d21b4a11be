/** Sends an event to the hosts of the cluster, and waits for their answers. */
import { randomId } from '@upstart/common';
import { answered, contact, SILENT } from './contact.ts';
import { listOf } from './fleet.ts';
import type { Cluster, ClusterConf, HostAnswer, OutgoingEvent } from './load.ts';

export interface EmitOrder {
  readonly name: string;
  readonly env: readonly string[];
  /** `LABEL=VALUE`, of which hosts have all. */
  readonly to: readonly string[];
  /** How long to wait for answers, in milliseconds; null: not at all. */
  readonly answersMs: number | null;
}

/** An answer, or that there was none. */
export interface EmitAnswer extends Omit<HostAnswer, 'result'> {
  readonly result: HostAnswer['result'] | 'no answer';
}

export interface Emitted {
  readonly cluster: string;
  /** The event's number in the stream of the cluster. */
  readonly sequence: number;
  /** By host; null: nothing was waited for. */
  readonly answers: readonly EmitAnswer[] | null;
}

const NOT_SENT = 'nothing was sent';

/** Resolves when the servers keep the event, and with `answersMs` when all hosts have answered. Rejects where nothing was sent. */
export async function emitToCluster(cluster: Cluster, conf: ClusterConf, order: EmitOrder): Promise<Emitted> {
  const question = order.answersMs === null ? null : randomId();
  const event: OutgoingEvent = { name: order.name, env: order.env, to: cluster.parseLabels(order.to), question };
  cluster.checkOutgoing(conf, event);
  const connection = new cluster.ClusterConnection(conf, SILENT, 'upstart emit');
  try {
    const nats = await contact(connection, NOT_SENT);
    let sequence = 0;
    const publish = async (): Promise<void> => {
      await answered(connection, cluster.openStream(nats, conf), NOT_SENT);
      sequence = await cluster.publishEvent(nats, conf, event, `${conf.host} ${randomId()}`);
    };
    if (question === null) {
      await publish();
      return { cluster: conf.cluster, sequence, answers: null };
    }
    const known = await answered(connection, listOf(cluster, nats, conf), NOT_SENT);
    const hosts = known
      .filter(({ labels, events }) => events && cluster.hasLabels(labels, event.to))
      .map(({ host }) => host);
    const asked = { question, hosts, timeoutMs: order.answersMs as number };
    const answers = await cluster.collectAnswers(nats, conf, asked, publish);
    return { cluster: conf.cluster, sequence, answers: withMissing(answers, hosts) };
  } finally {
    await connection.close();
  }
}

function withMissing(answers: readonly HostAnswer[], hosts: readonly string[]): EmitAnswer[] {
  const missing = hosts.filter((host) => !answers.some((answer) => answer.host === host));
  const none = missing.map((host): EmitAnswer => ({ host, result: 'no answer', text: '' }));
  return [...answers, ...none].sort((a, b) => (a.host < b.host ? -1 : 1));
}
