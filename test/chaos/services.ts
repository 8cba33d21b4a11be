/** The services of a chaos run: what their job files say. */
import type { Random } from './random.ts';

export interface Service {
  /** As commands take it: the job and, for one with instances, its variable. */
  words: string[];
  /** As `status` shows it. */
  shown: string;
  /** As its ledger is called. */
  ledger: string;
  respawns: boolean;
  preStop: boolean;
  /** Its start waits until it has noted that it is ready. */
  readies: boolean;
  /** What follows when its check fails; null: it has none. */
  check: 'restart' | 'none' | null;
  /** What the model says: whether it should run. */
  up: boolean;
  /** How many processes it should have had. */
  starts: number;
}

/** What the text of a job says of its services. */
type Traits = Pick<Service, 'preStop' | 'readies' | 'check'>;

export interface ServiceText extends Traits {
  text: string;
}

const HOOK = 'perl PROGRAMS/task.pl LEDGER 0.03 0';
/** How a service says that it is ready. Those that do not say it are probed, or are ready at once. */
const SAYS = ['', '', 'expect notify', 'expect notify\nwatchdog 1000', 'expect fd 3'];
/** The check of which a service that is bad makes itself deaf. */
const DEAF = 'check tcp ADDRESS';
const READY = ['ready tcp ADDRESS', 'ready exec GOOD', 'ready log ^good', 'ready http http://ADDRESS/'];
const CHECKS = [DEAF, 'check exec GOOD', 'check http http://ADDRESS/healthz'];

/**
 * The text of a job without its conditions. `name` is that of its ledger and `port` its port; both may have variables. Hooks note themselves where
 * the main process does not: they have their own ledger.
 */
export function serviceText(random: Random, name: string, port: string, respawns: boolean): ServiceText {
  // How long it takes to say that it is ready, where it has to.
  const seconds = random.pick([0, 0.05, 0.3]);
  const lines = ['kill timeout 3'];
  let [readies, check] = [true, null as Service['check']];
  if (random.chance(0.5)) {
    const says = random.pick(SAYS);
    readies = says !== '';
    lines.push(`exec perl PROGRAMS/service.pl LEDGER ${seconds}`, says);
  } else {
    // Nothing but the service itself may make a probe fail: a slow machine must not.
    lines.push('ready interval 0.05', 'ready timeout 3600', random.pick(READY));
    check = random.pick(['restart', 'restart', 'none', null]);
    const probe = random.pick(CHECKS);
    if (check)
      lines.push(probe, 'check interval 0.2', 'check timeout 3600', 'check failures 2', `check action ${check}`);
    lines.push(`exec perl PROGRAMS/probed.pl LEDGER ${seconds} ADDRESS ${check && probe === DEAF ? 'deaf' : ''}`);
  }
  const hooks = ['pre-start', 'post-start', 'pre-stop', 'post-stop'].filter(() => random.chance(0.25));
  for (const hook of hooks) lines.push(`${hook} exec env UPSTART_JOB=hook ${HOOK}`);
  if (respawns) lines.push('respawn', 'respawn limit 0 5');
  const words = { ADDRESS: `LOOPBACK:${port}`, GOOD: `kill -0 $(cat LEDGER/${name}.good) 2>/dev/null` };
  const text = lines.join('\n').replace(/ADDRESS|GOOD/g, (word) => words[word as keyof typeof words]);
  return { text: `${text}\n`, preStop: hooks.includes('pre-stop'), readies, check };
}
