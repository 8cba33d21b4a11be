/** What `upstart fleet` does: a file of its own in the build (`fleet.cjs`), which that command alone loads. */
import { nearest, UsageError } from '@upstart/common';
import { Fleet } from '../../cluster/fleet.ts';
import { loadCluster } from '../../cluster/load.ts';
import { type Call, EXIT } from '../command.ts';
import { limitsOf } from '../commands/change.ts';
import { ACTION_NAMES, type FleetAction, type FleetOptions, QUESTION_S } from './action.ts';
import { reload, start, stop } from './changes.ts';
import { drain, undrain } from './drain.ts';
import { events } from './events.ts';
import { explain } from './explain.ts';
import { forget } from './forget.ts';
import { hosts } from './hosts.ts';
import { logs } from './logs.ts';
import { ps } from './ps.ts';
import { restart } from './restart.ts';
import { status } from './status.ts';

const ACTIONS: Readonly<Record<(typeof ACTION_NAMES)[number], FleetAction>> = {
  ...{ ps, status, start, stop, restart, reload, logs, events, explain, hosts, drain, undrain, forget },
};
/** What needs no host that answers. */
const WITHOUT_ANSWERS: ReadonlySet<FleetAction> = new Set([hosts, drain, undrain, forget]);

/** Resolves with the exit status. Throws UsageError. */
export async function runFleet(call: Call<FleetOptions>): Promise<number> {
  const [name = '', ...words] = call.words;
  const action = actionOf(name);
  checkWords(name, action, words);
  checkOptions(action, call.options);
  const { timeoutMs = QUESTION_S * 1000 } = limitsOf(call.options);
  const cluster = await loadCluster();
  const conf = cluster.readClusterConf(call.context.env, call.session);
  const fleet = await Fleet.open(cluster, conf, timeoutMs);
  try {
    const chosen = fleet.chosen(call.options.on ?? []);
    if (chosen.length === 0 && !WITHOUT_ANSWERS.has(action)) {
      call.print.failure(`no host of the cluster ${conf.cluster} answers to others: see fleet in cluster.conf(5)`);
      return EXIT.failed;
    }
    return await action.run({ call: { ...call, words }, fleet, hosts: chosen });
  } finally {
    await fleet.close();
  }
}

function actionOf(name: string): FleetAction {
  const found = ACTION_NAMES.find((one) => one === name);
  if (found !== undefined) return ACTIONS[found];
  const meant = nearest(name, ACTION_NAMES);
  const hint = meant === null ? `expected ${ACTION_NAMES.join(', ')}` : `did you mean ${meant}?`;
  throw new UsageError(`unknown action: ${name}; ${hint}`);
}

function checkWords(name: string, { words: form, least, most }: FleetAction, words: readonly string[]): void {
  if (words.length < least) throw new UsageError(`fleet ${name}: missing ${form.replace(/\.\.$/, '')}`);
  if (words.length > most) throw new UsageError(`fleet ${name}: unexpected word: ${words[most]}`);
}

/** Options that only some actions take. */
const SPECIAL = new Set(Object.values(ACTIONS).flatMap(({ options }) => options));

function checkOptions({ options }: FleetAction, given: FleetOptions): void {
  for (const option of SPECIAL) {
    if (given[option] === undefined || options.includes(option)) continue;
    const takers = ACTION_NAMES.filter((name) => ACTIONS[name].options.includes(option));
    throw new UsageError(`--${option} is for ${takers.join(', ')}`);
  }
}
