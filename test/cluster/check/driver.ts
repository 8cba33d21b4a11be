/** The command behind `node test/cluster/check.mjs`: runs itself in namespaces of its own, which end all that it has begun. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { natsServerVersion } from '../../../packages/cluster/src/testing/nats-servers.ts';
import { missingPrograms } from '../../programs.ts';
import { removeFolder } from '../../remove-folder.ts';
import type { History } from './history.ts';
import { judge } from './judge.ts';
import { run } from './run.ts';

export const USAGE = `usage: node test/cluster/check.mjs [--seed N] [--minutes M] [--hosts N] [--events N] [--replicas N] [--servers-well]
       node test/cluster/check.mjs --judge FILE
As root; with ip, nft, cc and nats-server.`;

const NEEDED = ['nats-server', 'unshare', 'nsenter', 'ip', 'nft', 'cc'];
const INSIDE = 'UPSTART_CLUSTER_CHECK_INSIDE';
const NAMESPACES = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'];

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '2.5' },
      hosts: { type: 'string', default: '10' },
      events: { type: 'string', default: '300' },
      replicas: { type: 'string', default: '3' },
      'servers-well': { type: 'boolean', default: false },
      judge: { type: 'string' },
    },
  });
  if (values.judge !== undefined) return report(JSON.parse(readFileSync(values.judge, 'utf8')));
  const [seed, minutes, hosts, events, replicas] = [
    ...[values.seed, values.minutes, values.hosts, values.events, values.replicas].map(Number),
  ] as [number, number, number, number, number];
  const isGood = [seed, hosts, events].every(Number.isInteger) && [1, 3].includes(replicas);
  if (!isGood || !(minutes >= 1) || hosts < 2 || hosts > 100) {
    console.error(USAGE);
    return 2;
  }
  const why = whyNot();
  if (why !== null) {
    console.log(`skipped: ${why}\n0 passed, 0 failed, 1 skipped`);
    return 0;
  }
  if (process.env[INSIDE] === undefined) return await within(args);
  const folder = mkdtempSync(join(tmpdir(), 'cluster-check-'));
  try {
    console.log(
      `seed ${seed}: ${hosts} hosts, 3 servers (${natsServerVersion}), replicas ${replicas}, ${events} events, faults for ${minutes} minutes`,
    );
    const history = await run(
      { seed, hosts, events, replicas, folder, ofServers: !values['servers-well'], lastMs: minutes * 60_000 },
      (text) => console.log(text),
    );
    const status = report(history);
    if (status !== 0) {
      const kept = join(tmpdir(), `cluster-check-seed-${seed}.json`);
      writeFileSync(kept, JSON.stringify(history));
      console.log(`the history is in ${kept}: look at it again with --judge`);
      const logs = `${kept}.logs`;
      mkdirSync(logs, { recursive: true });
      for (const file of readdirSync(folder).filter((name) => /^s\d\.log$/.test(name)))
        copyFileSync(join(folder, file), join(logs, file));
      console.log(`the logs of the servers are in ${logs}`);
    }
    return status;
  } catch (error) {
    console.log(`not ok seed ${seed}: ${(error as Error).stack}\n0 passed, 1 failed`);
    removeFolder(folder);
    // With this process all others end that are in its namespace, and would keep it.
    return process.exit(1);
  } finally {
    removeFolder(folder);
  }
}

function whyNot(): string | null {
  if (process.getuid?.() !== 0) return 'only root can make namespaces of the network';
  const missing = missingPrograms(NEEDED);
  if (missing.length > 0) return `there is no ${missing.join(', ')}`;
  const tried = spawnSync('unshare', [...NAMESPACES, 'nft', 'list', 'ruleset'], { encoding: 'utf8' });
  return tried.status === 0 ? null : `namespaces with nft cannot be made here: ${tried.stderr.trim()}`;
}

async function within(args: readonly string[]): Promise<number> {
  const words = [...NAMESPACES, process.execPath, process.argv[1] as string, ...args];
  const { XDG_RUNTIME_DIR: _, UPSTART_SESSION: __, ...env } = process.env;
  const child = spawn('unshare', words, { stdio: 'inherit', env: { ...env, [INSIDE]: '1' } });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill('SIGKILL'));
  const [status] = await once(child, 'exit');
  return status ?? 1;
}

/** Prints what the judge says, and what there was to judge. */
function report(history: History): number {
  const { seed, sent, stream, hosts, tenures } = history;
  const kept = sent.filter(({ result }) => result === 'kept').length;
  const longest = Math.max(
    0,
    ...tenures.slice(1).map(({ fromMs }, index) => fromMs - (tenures[index]?.toMs ?? fromMs)),
  );
  const ran = hosts.reduce((sum, host) => sum + host.ran.flat().length, 0);
  console.log(
    `seed ${seed}: ${kept} events confirmed of ${sent.length} sent, ${stream.length} in the stream, ${ran} runs on ${hosts.length} hosts; ` +
      `${tenures.length} holders, the longest time without one ${(longest / 1000).toFixed(1)} s`,
  );
  const complaints = judge(history);
  for (const complaint of complaints) console.log(`not ok seed ${seed}: ${complaint}`);
  console.log(complaints.length === 0 ? '1 passed, 0 failed' : '0 passed, 1 failed');
  return complaints.length === 0 ? 0 : 1;
}
