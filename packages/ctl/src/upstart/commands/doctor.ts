/** `upstart doctor`: examines this installation and the init that runs. */
import { dirname } from 'node:path';
import {
  controlSocket,
  type JobConfig,
  PROTOCOL_VERSION,
  type Result,
  type UpstartClient,
  UpstartError,
} from '@upstart/protocol';
import type { Palette } from '../../text/colour.ts';
import { printable } from '../../text/colour.ts';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { CHECKS } from '../doctor/checks.ts';
import { type Check, type Finding, type FindingStatus, type Patient, problem } from '../doctor/finding.ts';
import { toolPath } from '../tool-program.ts';

/** Init has so many milliseconds for each answer. */
const ANSWER_TIMEOUT_MS = 30_000;
/** The most jobs that are asked for their log. */
const MAX_ASKED = 20;

export const doctor = frontCommand({
  name: 'doctor',
  words: '',
  wordKind: 'none',
  summary:
    'Examine this installation and the init that runs, and say what to do about what is wrong. The exit status is 1 if something does not work; warnings do not count.',
  options: JSON_OPTION,
  examples: [
    ['doctor', 'a line for each thing that was looked at'],
    ['doctor --json | jq -r \'.[] | select(.status == "problem") | .text\'', 'only what does not work'],
  ],
  isLocal: () => true,
  async run(call) {
    const { options, print } = call;
    const patient = await examined(call);
    const rows: Row[] = [];
    for (const check of CHECKS)
      for (const finding of await findings(check, patient)) rows.push({ check: check.name, ...finding });
    if (options.json === true) print.json(rows);
    else for (const row of rows) print.line(lines(row, print.colour).join('\n'));
    return rows.some(({ status }) => status === 'problem') ? EXIT.failed : EXIT.done;
  },
});

interface Row extends Finding {
  readonly check: string;
}

/** A check that fails says nothing about what it was to look at. */
async function findings({ name, run }: Check, patient: Patient): Promise<Finding[]> {
  try {
    return await run(patient);
  } catch (error) {
    return [problem(`the check ${name} has failed: ${(error as Error).message}`, null)];
  }
}

async function examined({ context, scope, session, connect }: Call): Promise<Patient> {
  const seen = { env: context.env, session, lib: dirname(toolPath('ctl.js')) };
  let folder: string | null = null;
  try {
    folder = dirname(controlSocket(scope, context.env));
    const client = await connect();
    const limit = { timeoutMs: ANSWER_TIMEOUT_MS };
    const [{ daemon, pid }, configs, broken] = await Promise.all([
      client.call('hello', { version: PROTOCOL_VERSION, client: 'upstart doctor' }, limit),
      client.call('config', { job: null }, limit),
      client.call('brokenFiles', {}, limit),
    ]);
    const version = /\(upstart ([^)]+)\)/.exec(daemon)?.[1] ?? daemon;
    const logFolder = await logFolderOf(client, configs);
    const sources = await known(client, 'sources');
    const logTargets = await known(client, 'logTargets');
    return { ...seen, folder, init: { pid, version, configs, broken, logFolder, sources, logTargets }, silence: null };
  } catch (error) {
    return { ...seen, folder, init: null, silence: (error as Error).message };
  }
}

/** None of an older init, which does not know the request. */
async function known<M extends 'sources' | 'logTargets'>(client: UpstartClient, method: M): Promise<Result<M> | []> {
  try {
    return await client.call(method, {}, { timeoutMs: ANSWER_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof UpstartError) return [];
    throw error;
  }
}

/** By the log of a job, for options and settings of init may have put it anywhere. */
async function logFolderOf(client: UpstartClient, configs: readonly JobConfig[]): Promise<string | null | undefined> {
  for (const { job } of configs.slice(0, MAX_ASKED)) {
    try {
      return dirname(await client.call('logPath', { job, env: [] }, { timeoutMs: ANSWER_TIMEOUT_MS }));
    } catch (error) {
      if (!(error instanceof UpstartError)) throw error;
      // The others are about a job: its instance has no name without variables.
      if (error.code === 'bad-request') return null;
    }
  }
  return undefined;
}

const WORDS: Readonly<Record<FindingStatus, string>> = { ok: 'ok     ', warning: 'warning', problem: 'problem' };
const CHECK_WIDTH = Math.max(...CHECKS.map(({ name }) => name.length));

function lines({ status, check, text, advice }: Row, colour: Palette): string[] {
  const word = status === 'ok' ? colour.good(WORDS.ok) : colour.bad(WORDS[status]);
  const first = `${word}  ${check.padEnd(CHECK_WIDTH)}  ${printable(text)}`;
  return advice === null ? [first] : [first, `${' '.repeat(WORDS.ok.length + CHECK_WIDTH + 4)}${printable(advice)}`];
}
