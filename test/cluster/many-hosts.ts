/**
 * What a cluster of many hosts costs: so many connections with a receiver each, as bridges have them, without jobs, on one server.
 * The figures of docs/cluster.md are from it.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
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

/** Milliseconds for which all threads of a process had a processor, and waited for one that others had. */
interface Processor {
  readonly ranMs: number;
  readonly waitedMs: number;
}

function processorOf(pid: number | null): Processor {
  let [ranMs, waitedMs] = [0, 0];
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const [ran, waited] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ').map(Number);
    ranMs += (ran ?? 0) / 1e6;
    waitedMs += (waited ?? 0) / 1e6;
  }
  return { ranMs, waitedMs };
}

/** What all hosts and the server have used up to a moment. */
interface Meter {
  readonly bytes: number;
  readonly messages: number;
  readonly server: Processor;
  readonly client: Processor;
  readonly atMs: number;
}

function perDelivery(from: Meter, to: Meter, deliveries: number): string {
  const us = (end: number, begin: number): string => (((end - begin) * 1000) / deliveries).toFixed(0);
  const [ranMs, waitedMs] = (['ranMs', 'waitedMs'] as const).map(
    (key) => to.server[key] - from.server[key] + to.client[key] - from.client[key],
  ) as [number, number];
  return (
    `a delivery: ${((to.bytes - from.bytes) / deliveries).toFixed(0)} bytes, ` +
    `${((to.messages - from.messages) / deliveries).toFixed(2)} messages, ` +
    `${us(to.server.ranMs, from.server.ranMs)} us of the processor for the server, ` +
    `${us(to.client.ranMs, from.client.ranMs)} us for the hosts; ` +
    `both waited ${((waitedMs / ranMs) * 100).toFixed(0)} % as long for a processor as they had one, ` +
    `and had ${(ranMs / (to.atMs - from.atMs)).toFixed(2)} processors`
  );
}

function diskKiB(folder: string): number {
  const sizes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => statSync(join(folder, file)));
  return Math.round(sizes.reduce((sum, { blocks }) => sum + blocks / 2, 0));
}

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
  const meter = async (): Promise<Meter> => {
    const stats = await Promise.all(all.map(async ({ connection }) => (await connection.nats()).stats()));
    return {
      bytes: stats.reduce((sum, { inBytes, outBytes }) => sum + inBytes + outBytes, 0),
      messages: stats.reduce((sum, { inMsgs, outMsgs }) => sum + inMsgs + outMsgs, 0),
      server: processorOf(server.pid),
      client: processorOf(process.pid),
      atMs: performance.now(),
    };
  };
  const idleFrom = await meter();
  await sleep(idleS * 1000);
  const idleTo = await meter();
  const perS = (to: number, from: number): string => ((to - from) / idleS).toFixed(1);
  console.log(`idle: ${perS(idleTo.bytes / hosts, idleFrom.bytes / hosts)} bytes/s a host, both ways together`);
  console.log(`idle: ${perS(idleTo.messages, idleFrom.messages)} messages/s of all hosts`);
  console.log(`idle: ${perS(idleTo.server.ranMs, idleFrom.server.ranMs)} ms/s of the server's processor`);
  console.log(`memory: ${residentKiB(server.pid) - serverBefore} KiB of the server for all hosts`);
  console.log(`memory: ${(process.memoryUsage().rss / 1024 - ownBefore).toFixed(0)} KiB of the client for all hosts`);
  console.log(`disk: ${diskKiB(servers.folder)} KiB of the server for all hosts`);

  const singlesFrom = await meter();
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

  console.log(`one at a time, ${perDelivery(singlesFrom, await meter(), events * hosts)}`);

  const before = taken;
  const burstFrom = await meter();
  const burstMs = performance.now();
  await Promise.all(Array.from({ length: events }, (_, n) => send(events + 1 + n)));
  const keptMs = performance.now() - burstMs;
  await eventually('the burst', () => taken === before + events * hosts);
  const burst = (performance.now() - burstMs) / 1000;
  console.log(
    `burst of ${events}: kept after ${keptMs.toFixed(0)} ms, ${(events / burst).toFixed(0)} events/s, ${((events * hosts) / burst).toFixed(0)} deliveries/s`,
  );

  console.log(`burst, ${perDelivery(burstFrom, await meter(), events * hosts)}`);

  await Promise.all(all.map(({ receiver }) => receiver.stop(false)));
  await Promise.all(all.map(({ connection }) => connection.close()));
  await nats.close();
  await servers.remove();
  return 0;
}
