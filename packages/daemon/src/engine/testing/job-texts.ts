/** For tests: conditions and job files at random. */
import type { Condition } from '@upstart/common';
import fc from 'fast-check';

export const EVENTS = ['a', 'b', 'c', 'd'];
const VALUES = ['1', '2', '3'];

const operand = fc.record({ name: fc.constantFrom(...EVENTS), value: fc.option(fc.constantFrom('X=1', 'X!=2', '3')) });
export const condition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    operand.map(({ name, value }): Condition => ({ op: 'event', name, args: value === null ? [] : [value] })),
    fc.record({ op: fc.constantFrom('and' as const, 'or' as const), left: tie('tree'), right: tie('tree') }),
  ),
})).tree;
export const event = fc.record({ name: fc.constantFrom(...EVENTS), value: fc.option(fc.constantFrom(...VALUES)) });

export function text(tree: Condition): string {
  return tree.op === 'event'
    ? [tree.name, ...tree.args].join(' ')
    : `(${text(tree.left)} ${tree.op} ${text(tree.right)})`;
}

const READY = [
  'ready tcp 80',
  'ready http http://localhost:$A/',
  'ready timeout 3',
  'ready exec ask',
  'ready log come',
];
const CHECKS = [
  'check tcp 80',
  'check http http://localhost:$A/',
  'check exec ask',
  'check failures 2',
  'check action none',
];
const SPEAKS = ['notify access all', 'watchdog 3'];
const SHARED = ['cluster one g', 'cluster at most 2'];
const BACK_OFF = ['respawn delay 0.5 3', 'respawn reset 2', 'ready after 1.5', 'restart delay 0.7'];
/** Files with stanzas in any combination. */
export const jobText = fc
  .record({
    hooks: fc.subarray(['pre-start', 'post-start', 'pre-stop', 'post-stop']),
    main: fc.boolean(),
    flags: fc.subarray([
      'task',
      'respawn',
      'respawn',
      'normal exit 3',
      'kill timeout 2',
      'respawn limit 2 10',
      ...BACK_OFF,
      ...READY,
      ...SPEAKS,
      ...CHECKS,
      ...SHARED,
    ]),
    expect: fc.constantFrom('none', 'stop', 'fork', 'daemon', 'notify', 'fd 3'),
    start: fc.option(condition),
    stop: fc.option(condition),
    restart: fc.option(condition),
    reload: fc.option(condition),
    around: fc.option(fc.constantFrom('starting j0', 'started j1', 'stopping j0', 'stopped j1', 'starting', 'stopped')),
  })
  .map(({ hooks, main, flags, expect: expected, start, stop, restart, reload, around }) =>
    [
      ...hooks.map((hook) => `${hook} exec ${hook}`),
      ...(main ? ['exec main', `expect ${expected}`] : []),
      ...flags,
      ...(start || around ? [`start on ${[start && text(start), around].filter(Boolean).join(' or ')}`] : []),
      ...(stop ? [`stop on ${text(stop)}`] : []),
      ...(restart ? [`restart on ${text(restart)}`] : []),
      ...(reload ? [`reload on ${text(reload)}`] : []),
      '',
    ].join('\n'),
  );
