/** Job files by choice: every stanza that the engine uses, with absurd values. */
import type { Choices } from './choices.ts';

export const JOBS = ['j0', 'j1', 'j2', 'j3'];
export const EVENTS = ['a', 'b', 'started', 'stopped', 'starting', 'stopping', 'a/failed', 'x'.repeat(2000)];
const VARIABLES = ['X', 'Y', 'INSTANCE', 'JOB', 'PATH', 'UPSTART_EVENTS'];

/** Values without characters at which the lexer would split them. */
const VALUES = [
  '1',
  'x',
  '*',
  '$X',
  '$INSTANCE',
  'x$INSTANCE',
  '$INSTANCE$INSTANCE',
  '$JOB$INSTANCE',
  '${X:-$Y}',
  '${X:+$X$X}',
  '${$Y}',
  '${',
  '${X:?}',
  '[!$X]',
  '[[:alpha:]*',
  '\\\\',
  'é\u{1F600}',
  '../../etc',
  'j0',
  'j1',
];

/** Long ones, made of a piece. */
const PIECES = ['a', '$X', '*a', '[a', '[^', '${X:-', '$INSTANCE', '?', 'x=', '${Y}b'];
const LENGTHS = [3, 50, 500, 4000, 30_000];

export function hostileValue(choices: Choices): string {
  if (choices.below(8) > 0) return choices.pick(VALUES);
  return choices.pick(PIECES).repeat(choices.pick(LENGTHS));
}

/** `KEY=VALUE` words, and words of other forms. */
export function envOf(choices: Choices): string[] {
  const env = choices.some(4, () => `${choices.pick(VARIABLES)}=${hostileValue(choices)}`);
  const odd = choices.below(24);
  if (odd === 0) env.push(hostileValue(choices));
  if (odd === 1) env.push(`=${hostileValue(choices)}`);
  if (odd === 2) for (let i = 0; i < 5000; i++) env.push(`V${i}=${i}`);
  return env;
}

function operand(choices: Choices): string {
  const argument = () => `${choices.pick(['', 'X=', 'X!=', 'JOB=', 'INSTANCE=', 'Y='])}${hostileValue(choices)}`;
  return [choices.pick(EVENTS), ...choices.some(2, argument)].join(' ');
}

function condition(choices: Choices): string {
  const more = choices.some(3, () => ` ${choices.pick(['and', 'or'])} ${operand(choices)}`);
  return `${'('.repeat(more.length)}${operand(choices)}${more.map((rest) => `${rest})`).join('')}`;
}

const STANZAS: readonly ((choices: Choices) => string)[] = [
  (choices) => `start on ${condition(choices)}`,
  (choices) => `start on ${condition(choices)}`,
  (choices) => `stop on ${condition(choices)}`,
  (choices) => `restart on ${condition(choices)}`,
  (choices) => `restart delay ${choices.pick([0, 0.1, 3600])}`,
  (choices) => `reload on ${condition(choices)}`,
  (choices) => `env-file ${choices.pick(['-', ''])}/nonesuch/$${choices.pick(VARIABLES)}`,
  (choices) => `instance ${hostileValue(choices)}`,
  (choices) => `env ${choices.pick(VARIABLES)}=${hostileValue(choices)}`,
  (choices) => `env ${choices.pick(VARIABLES)}`,
  (choices) => `export ${choices.some(4, () => choices.pick(VARIABLES)).join(' ')} X`,
  (choices) =>
    Array.from({ length: choices.pick([20, 3000]) }, (_, i) => `env V${i}=${i % 7}\nexport V${i}`).join('\n'),
  () => 'exec main',
  () => 'exec main',
  (choices) => `exec main ${hostileValue(choices)}`,
  (choices) => `${choices.pick(['pre-start', 'post-start', 'pre-stop', 'post-stop'])} exec hook`,
  (choices) => `log to ${choices.pick(['journald', 'syslog udp://x', 'otlp', 'none', 'a'])}`,
  (choices) => `log label a=${hostileValue(choices)}`,
  () => 'task',
  () => 'respawn',
  (choices) => `respawn limit ${choices.pick(['2 10', '0 5', 'unlimited'])}`,
  (choices) => `respawn delay ${choices.pick(['1', '0.5 3', '3600 3600'])}`,
  (choices) => `respawn reset ${choices.pick(['0.001', '2'])}`,
  (choices) => `ready tcp ${choices.pick(['80', 'localhost:$X', '$Y'])}`,
  (choices) => `ready http http://localhost:$${choices.pick(VARIABLES)}/ 200`,
  (choices) => `ready timeout ${choices.pick(['0.001', '2'])}`,
  (choices) => `ready exec ask ${hostileValue(choices)}`,
  (choices) => `ready log ${choices.pick(['a', '(a+)+$', '"[a-z ]*"'])}`,
  (choices) => `check tcp ${choices.pick(['80', 'localhost:$X', '$Y'])}`,
  (choices) => `check exec ask ${hostileValue(choices)}`,
  (choices) => `check interval ${choices.pick(['0.1', '2'])}`,
  (choices) => `check failures ${choices.pick([1, 2, 1000])}`,
  (choices) => `check action ${choices.pick(['restart', 'none'])}`,
  (choices) => `ready after ${choices.pick([0, 1, 3600])}`,
  (choices) => `expect ${choices.pick(['stop', 'fork', 'daemon', 'notify', 'fd 3'])}`,
  (choices) => `cluster ${choices.pick(['one', 'at most 2'])}`,
  (choices) => `watchdog ${choices.pick(['0.001', '2'])}\nnotify access ${choices.pick(['main', 'all'])}`,
  (choices) => `kill timeout ${choices.pick([0, 2])}`,
  (choices) => `normal exit 0 ${choices.pick(['1', 'TERM'])}`,
  (choices) => `apparmor switch ${hostileValue(choices)}`,
  (choices) =>
    Array(choices.pick([1, 300]))
      .fill(`cgroup cpu ${hostileValue(choices)}`)
      .join('\n'),
  (choices) => `usage "${choices.pick(['text', 'long '.repeat(1000)])}"`,
];

export function jobFile(choices: Choices): string {
  return `${choices.some(7, () => choices.pick(STANZAS)(choices)).join('\n')}\n`;
}
