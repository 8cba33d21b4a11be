/**
 * What a cluster of many hosts costs: so many connections with a receiver each, as bridges have them, without jobs, on one server.
 * The figures of docs/cluster.md are from it.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseClusterConf } from '../../packages/cluster/src/conf/read-conf.ts';
import { ClusterConnection } from '../../packages/cluster/src/connection/connection.ts';
import { publishEvent } from '../../packages/cluster/src/events/publish.ts';
import { EventReceiver } from '../../packages/cluster/src/events/receiver.ts';
import { connect, jetstreamManager, NatsServers } from '../../packages/cluster/src/testing/nats-servers.ts';
import { eventually } from '../eventually.ts';

export const USAGE = 'usage: node test/cluster/many-hosts.mjs [--hosts N] [--events N] [--idle SECONDS]';

/** Between two events of the latency's measurement. */
const PAUSE_MS = 50;
const QUIET = { info: () => {}, warn: (text: string) => console.error(text) };

const residentKiB = (pid: number | null): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
const processorMs = (pid: number | null): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      hosts: { type: 'string', default: '100' },
      events: { type: 'string', default: '200' },
      idle: { type: 'string', default: '60' },
    },
  });
  const [hosts, events, idleS] = [Number(values.hosts), Number(values.events), Number(values.idle)];
  const servers = await NatsServers.start(1);
  const server = servers.all[0]!;
  const serverBefore = residentKiB(server.pid);
  const ownBefore = process.memoryUsage().rss / 1024;
  const takenMs = new Map<string, number[]>();
  let taken = 0;
  const all = Array.from({ length: hosts }, (_, index) => {
    const conf = parseClusterConf('cluster.conf', `servers ${server.url}\nhost h${index}`, 'me');
    const connection = new ClusterConnection(conf, QUIET, 'many-hosts');
    const receiver = new EventReceiver({
      ...{ connection, log: QUIET, troubled: () => {} },
      async take({ env }) {
        taken += 1;
        takenMs.get(env[0] as string)?.push(performance.now());
        return { outcome: new Promise(() => {}) };
      },
    });
    return { connection, receiver };
  });

  const nats = await connect({ servers: server.url });
  const { streams } = await jetstreamManager(nats);
  await eventually('all consumers', async () => {
    const info = await streams.info('upstart_main_events').catch(() => null);
    return info?.state.consumer_count === hosts;
  });
  const sender = parseClusterConf('cluster.conf', `servers ${server.url}\nhost ci`, 'ci');
  const send = (n: number) =>
    publishEvent(nats, sender, { name: 'deploy', env: [`N=${n}`], to: {}, question: null }, `m${n}`);
  await send(0);
  await eventually('the first event', () => taken === hosts);

  console.log(`${hosts} hosts, ${idleS} s idle`);
  const bytes = async () => {
    const stats = await Promise.all(all.map(async ({ connection }) => (await connection.nats()).stats()));
    return stats.reduce((sum, { inBytes, outBytes }) => sum + inBytes + outBytes, 0);
  };
  const [bytesBefore, serverMsBefore] = [await bytes(), processorMs(server.pid)];
  await sleep(idleS * 1000);
  const perHost = ((await bytes()) - bytesBefore) / hosts / idleS;
  console.log(`idle: ${perHost.toFixed(1)} bytes/s a host, both ways together, without frames of the network`);
  console.log(
    `idle: ${((processorMs(server.pid) - serverMsBefore) / idleS).toFixed(1)} ms/s of the server's processor`,
  );
  console.log(`memory: ${((residentKiB(server.pid) - serverBefore) / hosts).toFixed(0)} KiB of the server a host`);
  console.log(
    `memory: ${((process.memoryUsage().rss / 1024 - ownBefore) / hosts).toFixed(0)} KiB of the client a host`,
  );

  const latencies: number[] = [];
  for (let n = 1; n <= events; n++) {
    takenMs.set(`N=${n}`, []);
    const begunMs = performance.now();
    await send(n);
    await eventually('all hosts to have it', () => takenMs.get(`N=${n}`)!.length === hosts);
    latencies.push(...takenMs.get(`N=${n}`)!.map((ms) => ms - begunMs));
    await sleep(PAUSE_MS);
  }
  latencies.sort((a, b) => a - b);
  const at = (part: number): string => latencies[Math.floor(latencies.length * part)]!.toFixed(1);
  console.log(
    `latency from the call to the host, ${events} events one at a time: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );

  const before = taken;
  const burstMs = performance.now();
  await Promise.all(Array.from({ length: events }, (_, n) => send(events + 1 + n)));
  const keptMs = performance.now() - burstMs;
  await eventually('the burst', () => taken === before + events * hosts);
  const burst = (performance.now() - burstMs) / 1000;
  console.log(
    `burst of ${events}: kept after ${keptMs.toFixed(0)} ms, ${(events / burst).toFixed(0)} events/s, ${((events * hosts) / burst).toFixed(0)} deliveries/s`,
  );

  await Promise.all(all.map(({ receiver }) => receiver.stop(false)));
  await Promise.all(all.map(({ connection }) => connection.close()));
  await nats.close();
  await servers.remove();
  return 0;
}
