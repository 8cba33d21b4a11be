/** `upstart simulate`: runs actions on a copy of the state; nothing is changed. */
import { dirname, join, resolve } from 'node:path';
import { nearest, UsageError } from '@upstart/common';
import {
  type AddressEnv,
  controlSocket,
  type Scope,
  type SimulatedAction,
  type SimulatedEdit,
  type SimulationAnswer,
  type SimulationOrder,
} from '@upstart/protocol';
import { simulationLines } from '../../text/simulation.ts';
import { EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { jobFolders } from '../job-folders.ts';
import { askTool } from '../tool-program.ts';

/** The separator between two actions. */
const THEN = 'then';
/** The actions that name an event or a job. */
type SubjectAction = 'emit' | 'start' | 'stop' | 'restart';
const TAKE_SUBJECT: readonly string[] = ['emit', 'start', 'stop', 'restart'] satisfies SubjectAction[];
/** All actions; `nothing` shows what would happen without one. */
const ACTIONS: readonly string[] = ['boot', ...TAKE_SUBJECT, 'edit', 'nothing'];
type WordedAction = SimulatedAction | SimulatedEdit | { readonly type: 'nothing' };

const repeated = (describe: string) => ({ type: 'string', array: true, nargs: 1, describe }) as const;

export const simulate = frontCommand({
  name: 'simulate',
  words: '<ACTION> [WORD..]',
  wordKind: [...ACTIONS, THEN],
  summary:
    'Tell what would happen, in order and with causes, without doing it: on a copy of what runs now. ACTION is one of boot, emit EVENT [KEY=VALUE]..., start JOB [KEY=VALUE]..., stop JOB, restart JOB, edit FILE=NEW and nothing; several follow one another with `then` between them.',
  options: {
    confdir: {
      ...repeated('use the job files of this folder, whether there is an init or not'),
      wordKind: 'folder',
    },
    'startup-event': {
      ...{ type: 'string', requiresArg: true },
      describe: 'boot with this event, instead of that of init; --no-startup-event: with none',
    },
    edit: repeated('FILE=NEW: from the beginning, have the job file FILE say what the file NEW says'),
    fail: { ...repeated('have the main process of this job end with status 1'), wordKind: 'job' },
    exit: repeated('JOB=N: have the main process of JOB end with status N'),
    all: { type: 'boolean', describe: 'show every state, not only where a job comes to' },
    ...JSON_OPTION,
  },
  examples: [
    ['simulate stop db', 'what else stops, and in which order'],
    ['simulate boot --confdir ./init then emit net-up', 'the order of a boot from job files alone'],
    ['simulate start web --fail db', 'what becomes of web when db fails'],
    ['simulate boot --edit web.conf=./web.conf', 'a boot with another web.conf'],
    ['simulate edit web.conf=./web.conf then emit deploy', 'what an event does with another web.conf'],
  ],
  isLocal: () => true,
  async run(call) {
    const { options, print, words } = call;
    const { edits, boot, actions } = actionsOf(words);
    const order: SimulationOrder = {
      stateDir: options.confdir === undefined ? stateFolder(call.scope, call.context.env) : null,
      confdirs: jobFolders(list(options.confdir)),
      boot,
      ...startupEventOf(options, boot),
      actions,
      edits: [...list(options.edit).map((edit) => editOf(edit, '--edit')), ...edits],
      exits: exitsOf(options),
    };
    const answer = askTool<SimulationAnswer>('simulate.js', order);
    if ('error' in answer) throw new Error(`cannot simulate: ${answer.error}`);
    const { result, warnings } = answer;
    for (const warning of warnings) print.failure(warning);
    if (options.json === true) print.json(result);
    else print.lines(simulationLines(result, { all: options.all === true, colour: print.colour }));
    return result.errors.length > 0 || result.ending === 'endless' ? EXIT.failed : EXIT.done;
  },
});

/** Throws UsageError. */
function startupEventOf(
  options: { readonly 'startup-event'?: unknown },
  boot: boolean,
): { startupEvent?: string | null } {
  const event = options['startup-event'];
  if (event === undefined) return {};
  if (!boot) throw new UsageError('--startup-event is for boot only');
  if (event === '') throw new UsageError('--startup-event takes the name of an event');
  // yargs has false for --no-startup-event.
  return { startupEvent: event === false ? null : String(event) };
}

/** The folder in which the init of that scope saves its state. */
export function stateFolder(scope: Scope, env: AddressEnv): string {
  return join(dirname(controlSocket(scope, env)), 'state');
}

function list(option: unknown): string[] {
  return Array.isArray(option) ? option.map(String) : [];
}

function exitsOf(options: { readonly fail?: unknown; readonly exit?: unknown }): Record<string, number> {
  const exits: Record<string, number> = {};
  for (const job of list(options.fail)) exits[job] = 1;
  for (const exit of list(options.exit)) {
    const [job, status] = assignment(exit, '--exit takes JOB=N');
    if (!/^\d+$/.test(status) || Number(status) > MAX_STATUS)
      throw new UsageError(`--exit takes a status from 0 to ${MAX_STATUS}, not ${status || 'nothing'}`);
    exits[job] = Number(status);
  }
  return exits;
}

const MAX_STATUS = 255;

function assignment(text: string, expected: string): [string, string] {
  const at = text.lastIndexOf('=');
  if (at <= 0 || at === text.length - 1) throw new UsageError(`${expected}, not ${text}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function editOf(text: string, taker: string): SimulatedEdit {
  const [file, path] = assignment(text, `${taker} takes FILE=NEW`);
  return { type: 'edit', file, path: resolve(path) };
}

/** `edits`: those before all other actions. */
function actionsOf(words: readonly string[]): Pick<SimulationOrder, 'edits' | 'boot' | 'actions'> {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (word === THEN) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  const edits: SimulatedEdit[] = [];
  const actions: (SimulatedAction | SimulatedEdit)[] = [];
  let boot = false;
  let isFirst = true;
  for (const [type = '', ...rest] of parts) {
    const action = actionOf(type, rest);
    if (action.type === 'boot' && !isFirst) throw new UsageError('only edit can come before boot');
    if (action.type === 'boot') boot = true;
    else if (action.type === 'edit' && isFirst) edits.push(action);
    else if (action.type !== 'nothing') actions.push(action);
    isFirst &&= action.type === 'edit';
  }
  return { edits, boot, actions };
}

function actionOf(type: string, [subject, ...env]: readonly string[]): WordedAction {
  if (type === '') throw new UsageError(`missing action: ${EXPECTED}`);
  if (type === 'boot' || type === 'nothing') {
    if (subject !== undefined) throw new UsageError(`unexpected word: ${subject}`);
    return { type };
  }
  if (type === 'edit') {
    if (env[0] !== undefined) throw new UsageError(`unexpected word: ${env[0]}`);
    return editOf(subject ?? '', 'edit');
  }
  if (!takesSubject(type)) {
    const meant = nearest(type, ACTIONS);
    throw new UsageError(`unknown action: ${type}; ${meant === null ? EXPECTED : `did you mean ${meant}?`}`);
  }
  if (subject === undefined) throw new UsageError(type === 'emit' ? 'missing event name' : 'missing job name');
  for (const word of env) if (!/^[^=]+=/.test(word)) throw new UsageError(`KEY=VALUE expected, not ${word}`);
  return type === 'emit' ? { type, name: subject, env } : { type, job: subject, env };
}

const EXPECTED = `expected ${ACTIONS.join(', ')}`;

const takesSubject = (type: string): type is SubjectAction => TAKE_SUBJECT.includes(type);
