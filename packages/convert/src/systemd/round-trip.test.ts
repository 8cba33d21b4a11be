/** Jobs of the exact subset come back from units as they were: the same definitions, and the same story in a simulation. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY_RUNS } from '../../../../test/effort.ts';
import { storyOf } from '../../../../test/simulated-story.ts';
import { comparable, definitionsOf } from '../testing/definitions.ts';
import { lines, oneOf, optional, word } from '../testing/generated-jobs.ts';
import { toSystemd } from './export/to-systemd.ts';
import { fromSystemd } from './import/from-systemd.ts';

function thereAndBack(jobs: Record<string, string>, init: 'system' | 'session') {
  const before = definitionsOf(jobs);
  const units = toSystemd(
    before.map((definition) => ({ definition, comments: [] })),
    init,
  );
  const back = fromSystemd(units.files, init);
  const after = definitionsOf(
    Object.fromEntries(back.files.map(({ name, text }) => [name.replace(/\.conf$/, ''), text])),
  );
  return { before, after, units, back };
}

const command = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => ['/usr/bin/prog', ...words].join(' '));
const shellCommand = fc.constantFrom(
  'echo "a  b" > /dev/null',
  'prog $HOME ${X:-y}',
  "prog 'it''s' %i",
  'a | b & c',
  'prog "\\\\n" 100%',
);
const script = fc.array(
  fc.constantFrom(
    'echo "$X" %n',
    'test -e /x || exit 0',
    '# a comment',
    'cat <<E\n  deep \\\n  E',
    "printf '%s\\n' \\t",
  ),
  { minLength: 1, maxLength: 4 },
);
const process = (keyword: string) =>
  fc.oneof(
    fc.oneof(command, shellCommand).map((text) => `${keyword}exec ${text}`),
    script.map((text) =>
      [`${keyword}script`, ...text.flatMap((each) => each.split('\n')).map((line) => `  ${line}`), 'end script'].join(
        '\n',
      ),
    ),
  );

const settings = lines(
  optional(word.map((text) => `description "the ${text}, a % of"`)),
  optional(word.map((text) => `author "${text}"\nversion 1.${text.length}`)),
  optional(fc.stringMatching(/^[ -!#-[\]-~]{0,12}$/).map((text) => `env A="x${text}"`)),
  optional(fc.constantFrom('env LANG', 'env-file /etc/default/web', 'env-file -/etc/default/web', 'export A\nenv A=1')),
  optional(fc.constantFrom('console none', 'console log')),
  optional(fc.integer({ min: 0, max: 0o777 }).map((mask) => `umask ${mask.toString(8)}`)),
  optional(fc.integer({ min: -20, max: 19 }).map((nice) => `nice ${nice}`)),
  optional(fc.integer({ min: -1000, max: 1000 }).map((score) => `oom score ${score}`)),
  optional(
    fc.constantFrom(
      'limit nofile 1024 4096',
      'limit core unlimited unlimited',
      'limit nice 30 30\nlimit cpu 10 unlimited',
    ),
  ),
  optional(fc.constantFrom('chdir /srv/web', 'chroot /srv/root', 'chdir "/srv/my files"')),
  optional(fc.constantFrom('setuid web', 'setuid web\nsetgid staff')),
  optional(fc.constantFrom('kill signal INT', 'kill signal QUIT', 'reload signal USR1')),
  fc.integer({ min: 0, max: 300 }).map((seconds) => `kill timeout ${seconds}`),
  optional(fc.constantFrom('apparmor switch web', 'apparmor load /etc/apparmor.d/web')),
  optional(process('pre-start ')),
  optional(process('post-start ')),
  optional(process('pre-stop ')),
  optional(process('post-stop ')),
);

const service = lines(
  optional(
    oneOf(
      'expect notify\nready timeout 20',
      'expect notify\nnotify access all\nwatchdog 12.5',
      'expect fork',
      'expect daemon',
    ),
  ),
  optional(
    fc
      .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 60 }), fc.constantFrom('0', '0.1', '2.5', '60'))
      .map(([count, interval, delay]) => `respawn\nrespawn limit ${count} ${interval}\nrespawn delay ${delay}`),
  ),
  optional(fc.constantFrom('normal exit 2', 'normal exit 3 TERM', 'normal exit 1 255 HUP')),
  settings,
  process(''),
);

const starts = fc.constantFrom(
  ...[
    'runlevel [2345]',
    'startup',
    'filesystem',
    'started db',
    'starting db',
    'started db or started cache',
    'runlevel 5 or started db',
  ],
  ...[
    'runlevel [2345] and started db',
    'started db INSTANCE=main',
    'control-alt-delete',
    'static-network-up',
    'mounted MOUNTPOINT=/srv/data or started db',
  ],
  ...[
    'socket PROTO=inet PORT=8080',
    'socket PROTO=inet6 PORT=81 ADDR=::1',
    'socket PROTO=unix PATH=/run/web.sock or runlevel [2345]',
  ],
  ...[
    'timer EVERY=5m',
    'timer EVERY=90s RANDOM=10s',
    'timer AT=03:00 PERSISTENT=yes',
    'timer CRON="*/15 8-18 * * mon-fri"',
    'timer CRON="0 4 1,15 * *" ZONE=Europe/Rome',
  ],
  ...['file FILE=/srv/in/job EVENT=modify'],
);

describe('jobs, to units of systemd and back', () => {
  const others = {
    db: 'start on runlevel [2345]\nstop on runlevel [!2345]\nkill timeout 5\nexec db',
    cache: 'start on startup\nstop on runlevel [!2345]\nkill timeout 5\nexec cache',
  };

  it('are the same services', () => {
    fc.assert(
      fc.property(service, starts, fc.boolean(), (text, start, stopsToo) => {
        const stop =
          stopsToo && /start(?:ed|ing) db(?! INST)/.test(start)
            ? 'runlevel [!2345] or stopping db'
            : 'runlevel [!2345]';
        const web = `start on ${start}\nstop on ${stop}\n${text}`;
        const { before, after, units } = thereAndBack({ ...others, web }, 'system');
        expect(after.map(comparable), units.files.map(({ text: unit }) => unit).join('\n')).toEqual(
          before.map(comparable),
        );
        expect(storyOf(after)).toEqual(storyOf(before));
      }),
      { numRuns: PROPERTY_RUNS },
    );
  });

  it('are the same tasks, states and instances', () => {
    const task = lines(fc.constant('task'), settings, process(''));
    const state = lines(
      optional(process('pre-start ')),
      optional(process('post-start ')),
      optional(process('post-stop ')),
    );
    const instance = lines(fc.constant('instance $NAME'), settings, process(''));
    fc.assert(
      fc.property(task, state, instance, (one, two, three) => {
        const jobs = {
          ...others,
          one: `start on started db\n${one}`,
          two: `start on starting db\nstop on runlevel [!2345]\n${two}`,
          three: `stop on runlevel [!2345]\n${three}`,
        };
        const { before, after, units } = thereAndBack(jobs, 'system');
        expect(after.map(comparable), units.files.map(({ text: unit }) => unit).join('\n')).toEqual(
          before.map(comparable),
        );
        expect(storyOf(after)).toEqual(storyOf(before));
      }),
      { numRuns: PROPERTY_RUNS },
    );
  });

  it('are the same in a session', () => {
    const web = 'start on startup\nstop on session-end\nrespawn\nrespawn limit 5 10\nkill timeout 5\nexec web';
    const { before, after } = thereAndBack({ web }, 'session');
    expect(isDeepStrictEqual(after.map(comparable), before.map(comparable))).toBe(true);
  });
});
