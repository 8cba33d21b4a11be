/** Whether init answers, which version it is, and whether its processes are well; where there is none, which init is in charge. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { VERSION } from '@upstart/common';
import { attempt, type Check, type Finding, type InitFound, ok, type Patient, problem, warning } from './finding.ts';

export const init: Check = {
  name: 'init',
  run: async (patient) =>
    patient.init === null
      ? silent(patient)
      : [...versionOf(patient.init, patient), ...(await processesOf(patient.init))],
};

function silent({ session, silence }: Patient): Finding[] {
  if (session) return [problem(`the session's init does not answer: ${silence}`, 'start one: upstart --user')];
  const other = otherInit();
  if (other === null)
    return [
      problem(
        `init does not answer: ${silence}`,
        'kill -USR1 1 makes its sockets again; its messages are in the log of the kernel (dmesg)',
      ),
    ];
  return [
    warning(
      `the first process is ${other}, and no init of Upstart runs here for you`,
      'a session: upstart --user; for the machine, boot with init=PATH on the command line of the kernel',
    ),
  ];
}

/** The first process, if it is none of ours. */
function otherInit(): string | null {
  const name = attempt(() => readFileSync('/proc/1/comm', 'latin1').trimEnd());
  const program = attempt(() => readlinkSync('/proc/1/exe').replace(/ \(deleted\)$/, ''));
  if ('value' in program) return program.value.endsWith('/upstart') ? null : program.value;
  return 'value' in name && name.value !== 'init' && name.value !== 'upstart' ? name.value : null;
}

function versionOf({ pid, version }: InitFound, { session }: Patient): Finding[] {
  if (version === VERSION) return [ok(`init (process ${pid}) answers, of version ${version}`)];
  const how = session
    ? `kill -TERM ${pid} replaces it, and keeps its jobs`
    : 'telinit u replaces it, and keeps its jobs';
  return [warning(`init (process ${pid}) is of version ${version}, installed is ${VERSION}`, how)];
}

/** The letters of states of processes that do nothing. */
const IDLE: Readonly<Record<string, string>> = {
  T: 'is stopped',
  t: 'is held by a debugger',
  Z: 'has ended',
  D: 'waits for a disk',
};

/** What works may wait for a disk for a moment, and what has ended is replaced: a process is looked at so often, with pauses in milliseconds. */
const LOOKS = 10;
const PAUSE_MS = 50;

async function processesOf({ pid }: InitFound): Promise<Finding[]> {
  let helpers = helpersOf(pid);
  for (let looks = 1; looks < LOOKS && helpers.some(({ state }) => state in IDLE); looks++) {
    await sleep(PAUSE_MS);
    helpers = helpersOf(pid);
  }
  const found = helpers.flatMap(({ name, state, process }) => {
    const why = IDLE[state];
    return why === undefined
      ? []
      : [
          problem(
            `the ${name} of init (process ${process}) ${why}`,
            state === 'D' ? null : `kill -CONT ${process}, or kill -KILL ${process}: init starts another one`,
          ),
        ];
  });
  if (found.length > 0) return found;
  const hasLogger = helpers.some(({ name }) => name === 'logger');
  return [
    ok(
      hasLogger
        ? 'its daemon and its logger are at work'
        : 'its daemon is at work; its logger starts with the first output',
    ),
  ];
}

interface Helper {
  readonly process: string;
  readonly name: string;
  readonly state: string;
}

const helpersOf = (init: number): Helper[] => readdirSync('/proc').flatMap((name) => helperOf(init, name));

/** A child of init that is its daemon or its logger. */
function helperOf(init: number, process: string): Helper[] {
  if (!/^\d+$/.test(process)) return [];
  const stat = attempt(() => readFileSync(`/proc/${process}/stat`, 'latin1'));
  const [, name = '', state = '', parent] = ('value' in stat && /^\d+ \((.*)\) (\S) (\d+) /s.exec(stat.value)) || [];
  if (Number(parent) !== init || !HELPER_NAMES.has(name)) return [];
  return [{ process, name: HELPER_NAMES.get(name) as string, state }];
}

const HELPER_NAMES: ReadonlyMap<string, string> = new Map([
  ['logger', 'logger'],
  ['node', 'daemon'],
  ['upstart-daemon', 'daemon'],
]);
