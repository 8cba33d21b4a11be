/** The tree against a file system in memory: whatever happens, in whatever order it is noticed, in the end it knows what there is. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROPERTY_RUNS } from '../../../../../test/effort.ts';
import { Target } from './target.ts';
import { ModelFiles } from './testing/model-files.ts';
import { ALONE, Watched } from './testing/watched.ts';
import { Tree } from './tree.ts';

const NAMES = ['a', 'b', 'c'];
const path = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 })
  .map((names) => names.map((name) => `/${name}`).join(''));
const twoPaths = fc.tuple(path, path);

type Step = (files: ModelFiles) => void;
/** What programs do, and how much of it is noticed in between. */
const step: fc.Arbitrary<Step> = fc.oneof(
  path.map(
    (at): Step =>
      (files) =>
        files.mkdir(at),
  ),
  path.map(
    (at): Step =>
      (files) =>
        files.mkfifo(at),
  ),
  path.map(
    (at): Step =>
      (files) =>
        files.open(at),
  ),
  path.map(
    (at): Step =>
      (files) =>
        files.close(at),
  ),
  path.map(
    (at): Step =>
      (files) => {
        files.open(at);
        files.close(at);
      },
  ),
  path.map(
    (at): Step =>
      (files) =>
        files.unlink(at),
  ),
  twoPaths.map(
    ([from, to]): Step =>
      (files) =>
        files.rename(from, to),
  ),
  fc.nat(5).map(
    (most): Step =>
      (files) =>
        void files.run(most),
  ),
  fc.constant<Step>((files) => void files.run()),
);
const overflow = fc.constant<Step>((files) => files.overflow());

const wantedFile = path;
const wantedFolder = path.map((at) => `${at}/`);
const wantedPattern = fc.constantFrom('/a/*', '/[ab]', '/a/**', '/**/c', '/a/*/c', '/**/b/*');

/** All paths up to the length of those that steps use. */
const ALL = NAMES.flatMap((one) => [
  `/${one}`,
  ...NAMES.flatMap((two) => [
    `/${one}/${two}`,
    ...NAMES.flatMap((three) => [`/${one}/${two}/${three}`, ...NAMES.map((four) => `/${one}/${two}/${three}/${four}`)]),
  ]),
]);

function expectTruth(watched: Watched, targets: readonly Target[]): void {
  const { files } = watched;
  files.run();
  expect(watched.faults).toEqual([]);
  for (const { file, kind, pattern } of targets) {
    if (kind === 'file') expect([file, watched.isKnown(`${file} `)]).toEqual([file, files.isThere(file)]);
    if (kind === 'folder')
      expect([file, watched.isKnown(`${file} `)]).toEqual([file, files.at(file)?.type === 'folder']);
    if (kind !== 'pattern') continue;
    for (const at of ALL.filter((path) => pattern.matches(path)))
      expect([at, watched.isKnown(`${file} ${at}`)]).toEqual([at, files.isThere(at)]);
  }
}

const anyTarget = fc.oneof(wantedFile, wantedFolder, wantedPattern);

test('in the end what is there is known, and nothing goes that has not come', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 15 }),
      fc.uniqueArray(anyTarget, { minLength: 1, maxLength: 4 }),
      fc.array(step, { maxLength: 40 }),
      fc.uniqueArray(anyTarget, { maxLength: 2 }),
      fc.array(step, { maxLength: 20 }),
      (before, first, steps, second, rest) => {
        const watched = new Watched();
        for (const run of before) run(watched.files);
        const targets = watched.add(...first);
        for (const run of steps) run(watched.files);
        targets.push(...watched.add(...second.filter((file) => !first.includes(file))));
        for (const run of rest) run(watched.files);
        // A file that was open when it was found is known before it is closed.
        for (const at of ALL) watched.files.close(at);
        expectTruth(watched, targets);
      },
    ),
    { numRuns: 2 * PROPERTY_RUNS },
  );
});

test('also when events are lost', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyTarget, { minLength: 1, maxLength: 4 }),
      fc.array(fc.oneof({ weight: 8, arbitrary: step }, { weight: 1, arbitrary: overflow }), { maxLength: 50 }),
      (paths, steps) => {
        const watched = new Watched();
        const targets = watched.add(...paths);
        for (const run of steps) run(watched.files);
        for (const at of ALL) watched.files.close(at);
        watched.files.overflow();
        expectTruth(watched, targets);
      },
    ),
    { numRuns: 2 * PROPERTY_RUNS },
  );
});

test('also when the source has crashed meanwhile; what has not changed is not reported again', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyTarget, { minLength: 1, maxLength: 4 }),
      fc.array(step, { maxLength: 30 }),
      fc.array(step, { maxLength: 10 }),
      fc.array(step, { maxLength: 10 }),
      (paths, steps, meanwhile, rest) => {
        const watched = new Watched();
        watched.add(...paths);
        for (const run of steps) run(watched.files);
        for (const at of ALL) watched.files.close(at);
        watched.files.run();
        const told = watched.events.length;
        const targets = watched.crash(meanwhile);
        if (meanwhile.length === 0) expect(watched.events.slice(told)).toEqual([]);
        for (const run of rest) run(watched.files);
        for (const at of ALL) watched.files.close(at);
        expectTruth(watched, targets);
      },
    ),
    { numRuns: 2 * PROPERTY_RUNS },
  );
});

test('after a crash a condition that is new gets what there is, and others what has changed', () => {
  const watched = new Watched();
  for (const at of ['/a', '/a/a', '/a/b']) watched.files.mkdir(at);
  for (const at of ['/a/a/c', '/a/b/c']) watched.files.mkfifo(at);
  watched.add('/a/*/c', '/a/a/');
  watched.files.run();
  watched.events.length = 0;
  watched.crash([(files) => files.unlink('/a/b/c'), (files) => files.mkfifo('/a/a/b')], ['/a/a/c']);
  expect(watched.events.sort()).toEqual(['create /a/a/c', 'delete /a/*/c /a/b/c', 'modify /a/a/ /a/a/b'].sort());
});

test('a folder that has moved to where another condition leads is watched, whenever its first watch ends', () => {
  for (let before = 0; before < 12; before++)
    for (let after = 0; after < 14; after++) {
      const watched = new Watched();
      watched.files.mkdir('/a');
      watched.add('/a/*', '/c/a');
      watched.files.run(before);
      watched.files.rename('/a', '/b');
      watched.add('/**/b/*');
      watched.files.run(after);
      watched.files.mkdir('/b/a');
      watched.files.run();
      expect([before, after, watched.isKnown('/**/b/* /b/a')]).toEqual([before, after, true]);
    }
});

test('each write to a file that is watched is one event', () => {
  fc.assert(
    fc.property(path, fc.integer({ min: 1, max: 20 }), (at, writes) => {
      const watched = new Watched();
      const parts = at.split('/').slice(1, -1);
      for (let i = 1; i <= parts.length; i++) watched.files.mkdir(`/${parts.slice(0, i).join('/')}`);
      watched.add(at);
      watched.files.run();
      for (let i = 0; i < writes; i++) {
        watched.files.open(at);
        watched.files.close(at);
      }
      watched.files.run();
      expect(watched.events).toEqual([`create ${at}`, ...Array(writes - 1).fill(`modify ${at}`)]);
    }),
  );
});

test('what is there is announced again for another condition, and nothing after the last has gone', () => {
  const watched = new Watched();
  watched.files.open('/a');
  watched.files.close('/a');
  const [target] = watched.add('/a') as [Target];
  watched.files.run();
  watched.tree.announce(target, (at) => void watched.events.push(`again ${at}`));
  watched.tree.remove(target);
  watched.files.unlink('/a');
  watched.files.run();
  expect(watched.events).toEqual(['create /a', 'again /a']);
});

test('what one condition has made known is announced for another that comes later', () => {
  const watched = new Watched();
  watched.files.mkdir('/a');
  watched.files.mkfifo('/a/c');
  watched.add('/a/');
  watched.files.run();
  watched.add('/**/c');
  watched.files.run();
  expect(watched.events).toEqual(['create /a/', 'create /**/c /a/c']);
});

test('there is a most of folders', () => {
  const files = new ModelFiles();
  const warnings: string[] = [];
  const events: string[] = [];
  const parts = { ...ALONE, look: files, warn: (text: string) => void warnings.push(text), maxFolders: 3 };
  const tree = new Tree({ ...parts, emit: (_target, _happening, at) => void events.push(at) }, files);
  files.deliver = (...event) => tree.event(...event);
  for (const at of ['/a', '/a/a', '/a/b']) files.mkdir(at);
  const wanted = { file: '/a/**/x', path: '/a/**/x', kind: 'pattern', happenings: ['create'] } as const;
  const target = new Target(wanted);
  target.count(wanted.happenings, 1);
  tree.add([target]);
  files.run();
  files.mkfifo('/a/a/x');
  files.mkfifo('/a/b/x');
  files.run();
  expect(events).toEqual(['/a/a/x']);
  expect(warnings).toEqual(['Too many folders to watch: /a/b']);
});
