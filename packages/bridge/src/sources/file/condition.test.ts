import { expect, test } from 'vitest';
import { readCondition } from './condition.ts';
import { PathPattern } from './path-pattern.ts';

const read = (args: string[], home: string | null = null) =>
  readCondition({ job: 'a-b', stanza: 'start on', event: 'file', args }, home);

const ALL = ['create', 'modify', 'delete'];

test.each<[string[], object]>([
  [['FILE=/a'], { file: '/a', path: '/a', kind: 'file', happenings: ALL }],
  [['FILE=/a/'], { kind: 'folder' }],
  [['FILE=/'], { path: '/', kind: 'folder' }],
  [['FILE=/a/*.x'], { kind: 'pattern' }],
  [['FILE=/a/**'], { kind: 'pattern' }],
  [['EVENT=modify', 'FILE=/a'], { happenings: ['modify'] }],
  [['FILE=/a', 'EVENT=bogus'], { happenings: ALL }],
  [['FILE=/a', 'EVENT!=create'], { happenings: ALL }],
])('%j', (args, expected) => {
  expect(read(args)).toMatchObject(expected);
});

test.each([
  [['/a'], '/com/ubuntu/Upstart/jobs/a_2db: Ignored file event without variable name'],
  [['FILE=a'], 'Path must be absolute: a'],
  [['FILE=~/a'], 'Path must be absolute: ~/a'],
  [['FILE=/a/../b'], 'Path must not contain parent reference: /a/../b'],
  [['FILE=/a/..'], 'Path must not contain parent reference: /a/..'],
  [['FILE=/a/*/'], '/com/ubuntu/Upstart/jobs/a_2db: Directory globbing not supported'],
  [[], undefined],
  [['F=/a'], undefined],
  [['FILE='], undefined],
])('%j: %s', (args, expected) => {
  expect(read(args)).toBe(expected);
});

test.each([
  ['~/d/x', '/home/u/d/x'],
  ['d/x', '/home/u/d/x'],
  ['x', '/home/u/x'],
  ['/x', '/x'],
])('in a session %s is %s, and events have the path as written', (file, path) => {
  expect(read([`FILE=${file}`], '/home/u')).toMatchObject({ file, path });
});

test('./ is refused in a session, too', () => {
  expect(read(['FILE=./x'], '/home/u')).toBe('Path must be absolute: ./x');
});

function matches(path: string, at: string, links: readonly string[] = []): boolean {
  const pattern = new PathPattern(path);
  let positions = pattern.start();
  for (const name of at.split('/').filter((part) => part !== ''))
    positions = pattern.step(positions, name, links.includes(name));
  return pattern.isMatch(positions);
}

test.each([
  ['/a//b/./c', '/a/b/c', true],
  ['/a/*', '/a/b', true],
  ['/a/*', '/a/b/c', false],
  ['/a/**', '/a', false],
  ['/a/**', '/a/b', true],
  ['/a/**', '/a/b/c', true],
  ['/a/**/x', '/a/x', true],
  ['/a/**/x', '/a/b/c/x', true],
  ['/a/**/x/**/y', '/a/x/b/x/y', true],
  ['/a/[bc]?/x', '/a/b1/x', true],
  ['/', '/', true],
])('%s and %s: %s', (path, at, expected) => {
  expect(matches(path, at)).toBe(expected);
});

test('** follows no links, which may lead in a circle; a named link leads on', () => {
  expect(matches('/a/**/x', '/a/link/x', ['link'])).toBe(false);
  expect(matches('/a/link/x', '/a/link/x', ['link'])).toBe(true);
});
