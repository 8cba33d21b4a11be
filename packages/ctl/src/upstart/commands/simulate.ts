/** `upstart simulate`: runs actions on a copy of the state; nothing is changed. */
import { dirname, join, resolve } from 'node:path';
import { nearest, UsageError } from '@upstart/common';
import { controlSocket, type SimulatedAction, type SimulationAnswer, type SimulationOrder } from '@upstart/protocol';
import { simulationLines } from '../../text/simulation.ts';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { askTool } from '../tool-program.ts';

/** The separator between two actions. */
const THEN = 'then';
/** The actions that name an event or a job. */
type SubjectAction = 'emit' | 'start' | 'stop' | 'restart';
const TAKE_SUBJECT: readonly string[] = ['emit', 'start', 'stop', 'restart'] satisfies SubjectAction[];
/** The actions that name an event or a job. */
/** The words of an action; `nothing` shows what would happen without one. */
type WordedAction = SimulatedAction | { readonly type: 'nothing' };

const repeated = (describe: string) => ({ type: 'string', array: true, nargs: 1, describe }) as const;

export const simulate = frontCommand({
  name: 'simulate',
  words: '<ACTION> [WORD..]',
  wordKind: ['boot', ...TAKE_SUBJECT, 'nothing', THEN],
  summary:
    'Tell what would happen, in order and with causes, without doing it: on a copy of what runs now. ACTION is one of boot, emit EVENT [KEY=VALUE]..., start JOB [KEY=VALUE]..., stop JOB, restart JOB and nothing; several follow one another with `then` between them.',
  options: {
    confdir: {
      ...repeated('use the job files of this folder, whether there is an init or not'),
      wordKind: 'folder',
    },
    edit: repeated('FILE=NEW: have the job file FILE say what the file NEW says'),
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
  ],
  isLocal: () => true,
  async run(call) {
    const { options, print, words } = call;
    const actions = actionsOf(words);
    const order: SimulationOrder = {
      stateDir: options.confdir === undefined ? stateDir(call) : null,
      confdirs: list(options.confdir).map((folder) => resolve(folder)),
      boot: actions[0]?.type === 'boot',
      actions: actions.filter((action) => action.type !== 'boot' && action.type !== 'nothing'),
      edits: list(options.edit).map((edit) => {
        const [file, path] = assignment(edit, '--edit takes FILE=NEW');
        return { file, path: resolve(path) };
      }),
      exits: exitsOf(options),
    };
    const answer = askTool<SimulationAnswer>('simulate.js', order);
    if ('error' in answer) throw new Error(`cannot simulate: ${answer.error}`);
    const { result, warnings } = answer;
    for (const warning of warnings) print.failure(warning);
    if (options.json === true) print.json(result);
    else print.line(simulationLines(result, { all: options.all === true, colour: print.colour }).join('\n'));
    return result.errors.length > 0 || result.ending === 'endless' ? EXIT.failed : EXIT.done;
  },
});

/** The folder in which that init saves its state. */
function stateDir({ scope, context }: Call): string {
  return join(dirname(controlSocket(scope, context.env)), 'state');
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

function actionsOf(words: readonly string[]): WordedAction[] {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (word === THEN) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts.map(([type = '', ...rest], at) => actionOf(type, rest, at));
}

function actionOf(type: string, [subject, ...env]: readonly string[], at: number): WordedAction {
  if (type === 'boot' && at > 0) throw new UsageError('boot can only be the first action');
  if (type === 'boot' || type === 'nothing') {
    if (subject !== undefined) throw new UsageError(`unexpected word: ${subject}`);
    return { type };
  }
  if (!takesSubject(type)) {
    const known = ['boot', ...TAKE_SUBJECT, 'nothing'];
    const meant = nearest(type, known);
    const hint = meant === null ? `expected ${known.join(', ')}` : `did you mean ${meant}?`;
    throw new UsageError(`unknown action: ${type || `nothing after ${THEN}`}; ${hint}`);
  }
  if (subject === undefined) throw new UsageError(type === 'emit' ? 'missing event name' : 'missing job name');
  for (const word of env) if (!/^[^=]+=/.test(word)) throw new UsageError(`KEY=VALUE expected, not ${word}`);
  return type === 'emit' ? { type, name: subject, env } : { type, job: subject, env };
}

const takesSubject = (type: string): type is SubjectAction => TAKE_SUBJECT.includes(type);
