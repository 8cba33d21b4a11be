import { describe, expect, test } from 'vitest';
import { PART_OF_TEXT } from '../../../../test/effort.ts';
import { BUDGET_MS, expectLinear } from '../../../../test/processor-time.ts';
import { JobFileError } from '../job-file-error.ts';
import { MAX_JOB_FILE_SIZE } from '../parse-job.ts';
import { lint, MAX_WARNINGS, RULES } from './lint.ts';
import { NOWHERE } from './rule.ts';
import { WORLD, warned } from './testing/world.ts';

describe('stanzas', () => {
  test.each([
    ['respawn limit 5 10\nexec a\n', ['1 limit-without-respawn respawn']],
    ['respawn delay 5 10\nrespawn reset 3\nexec a\n', ['1 limit-without-respawn respawn']],
    ['respawn reset 3\nexec a\n', ['1 limit-without-respawn respawn']],
    ['task\nready after 1\nexec a\n', ['2 ready-task ready']],
    ['task\nready after 0\nexec a\n', []],
    ['ready after 1\nexec a\n', []],
    ['ready tcp 80\nready tcp 81\nexec a\n', []],
    ['task\nready tcp 80\nexec a\n', ['2 ready-task ready']],
    ['ready tcp 80\n', ['1 ready-task ready']],
    ['watchdog 1\n', ['1 notify-without-main watchdog']],
    ['notify access all\nwatchdog 1\nexec a\n', []],
    ['respawn delay 1\nrespawn\nrespawn delay 2\nexec a\n', ['3 replaced-stanza respawn']],
    ['respawn\nrespawn limit 5 10\nexec a\n', []],
    ['stop on a-net\nexec a\nstop on b-net\n', ['3 replaced-stanza stop']],
    ['exec a\nscript\n b\nend script\n', ['2 replaced-stanza script']],
    ['pre-start exec a\npre-start script\n b\nend script\n', ['2 replaced-stanza pre-start']],
    ['pre-start exec a\npost-start exec b\nkill timeout 1\nkill signal INT\n', []],
    ['limit core 1 2\nlimit cpu 1 2\nlimit core 1 3\n', ['3 replaced-stanza limit']],
    ['env A=1\nenv B=2\nemits a\nemits b\nnormal exit 1\nnormal exit 2\nexport A\nexport B\n', []],
    ['start on startup\nmanual\nstart on net-up\n', []],
  ])('%j', (text, expected) => {
    expect(warned(text).filter((line) => !line.includes('unknown-event'))).toEqual(expected);
  });

  test('says what to use instead', () => {
    const texts = lint('script\n source /etc/x\n [ a == b ]\nend script\n', { name: '', path: '' }, NOWHERE);
    expect(texts.map(({ text }) => text)).toEqual([
      'only bash has `source`, and scripts run with /bin/sh: use `. FILE`',
      'only bash has `==`, and scripts run with /bin/sh: use `=`',
    ]);
    const [background] = lint('exec a &\n', { name: '', path: '' }, NOWHERE);
    expect(background?.text).toBe('with `&` the shell ends at once, and init watches the shell: remove the `&`');
  });

  test('names the line of what is replaced', () => {
    const [warning] = lint('\nnice 1\n\nnice 2\n', { name: '', path: '' }, NOWHERE);
    expect(warning).toMatchObject({ place: { line: 4, column: 1 }, text: expect.stringContaining('`nice` of line 2') });
  });
});

describe('values', () => {
  test.each([
    ['limit nofile 20 10', ['1 limit-range 20']],
    ['limit nofile unlimited 10', ['1 limit-range unlimited']],
    ['limit nofile 1001 1001', ['1 limit-range 1001']],
    ['limit nofile 10 unlimited', ['1 limit-range unlimited']],
    ['limit nofile -1 -1', ['1 limit-range -1']],
    ['limit nofile 1000 1000', []],
    ['limit core unlimited unlimited', []],
    ['setuid nobody-here', ['1 unknown-user nobody-here']],
    ['setuid 1000', ['1 unknown-user 1000']],
    ['setuid $USER', ['1 unknown-user $USER']],
    ['setuid web\nsetgid web', []],
    ['setuid unsure', []],
    ['setgid wheels', ['1 unknown-group wheels']],
    ['chdir $HOME', ['1 folder $HOME']],
    ['chdir ~/x', ['1 folder ~/x']],
    ['chdir srv', ['1 folder srv']],
    ['chdir /gone', ['1 folder /gone']],
    ['chdir /srv', []],
    ['chroot /srv\nchdir /gone', []],
    ['env A=/home/$USER', ['1 env-not-expanded A=/home/$USER']],
    ['env A="$"\nenv B=a$\nenv C', []],
  ])('%j', (text, expected) => {
    expect(warned(text)).toEqual(expected);
  });
});

describe('conditions', () => {
  test.each([
    ['start on started db net', ['1 second-job net']],
    ['stop on (stopped db net or startup)', ['1 second-job net']],
    ['start on started tty tty1', []],
    ['start on started db INSTANCE=a', []],
    ['start on stopped db RESULT=ok', []],
    ['start on started db *', []],
    ['start on started $X a', []],
    ['restart on started peer', ['1 restart-circle peer']],
    ['restart on stopping JOB=peer or started db', ['1 restart-circle JOB=peer']],
    ['restart on started job', ['1 restart-circle job']],
    ['restart on starting', ['1 restart-circle starting']],
    ['restart on filesystem peer or started RESULT=ok', []],
    ['reload on started peer\nstart on started peer\nstop on stopping job', []],
    ['start on timer EVERY=5m or timer AT=03:00 PERSISTENT=yes\nstop on timer CRON="0 3 * * *"', []],
    ['start on filesystem and timer EVERY=5min', ['1 timer EVERY=5min']],
    ['restart on timer ZONE=Rome AT=03:00', ['1 timer ZONE=Rome']],
    ['start on timer', ['1 timer timer']],
    ['start on socket PROTO=inet PORT=80 or socket PROTO=unix SOCKET_PATH=/run/x', []],
    ['start on socket PROTO=inet PORT=99999', ['1 socket PORT=99999']],
    ['start on startup\nstop on socket PROTO=ipx PORT=1', ['2 socket PROTO=ipx']],
    ['start on socket PROTO=inet', ['1 socket socket']],
    ['start on socket', ['1 socket socket']],
    ['start on file FILE=/a/*.x EVENT=create or file FILE=~/a', []],
    ['start on file FILE=/a/../b', ['1 file FILE=/a/../b']],
    ['start on file /a', ['1 file /a']],
    ['start on file EVENT=create', []],
    ['start on timer CRON="0 25 * * *"', ['1 timer CRON="0 25 * * *"']],
    ['start on runlevel 2 3 4 5', ['1 runlevel 3']],
    ['start on runlevel 2345', ['1 runlevel 2345']],
    ['start on runlevel [2345] or runlevel 2 or runlevel RUNLEVEL=3 PREVLEVEL=2', []],
    ['start on runlevel[06]', ['1 unknown-event runlevel[06]']],
    ['start on filesytem', ['1 unknown-event filesytem']],
    ['start on never-heard-of', ['1 unknown-event never-heard-of']],
    ['start on filesystem and net-eth0 and wire-up and quiet-event', []],
    ['start on own\nemits own', []],
    ['start on from-script\npost-start exec initctl emit from-script', []],
    ['start on net-device-added or :sys:thing or db/failed', []],
    ['stop on shutdown', ['1 unknown-event shutdown']],
    ['start on db', ['1 unknown-event db']],
    ['start on cron "0 3 * * *"', ['1 unknown-event cron']],
    ['start on @daily or every 5m', ['1 unknown-event @daily', '1 unknown-event every']],
  ])('%j', (text, expected) => {
    expect(warned(text)).toEqual(expected);
  });

  test('of a file that stands alone only near misses are reported', () => {
    expect(warned('start on never-heard-of', NOWHERE)).toEqual([]);
    expect(warned('start on filesytem', NOWHERE)).toEqual(['1 unknown-event filesytem']);
  });

  test.each([
    ['start on filesytem', '`filesystem`'],
    ['start on runlevel[06]', '`runlevel [06]`'],
    ['start on db', '`started db`'],
    ['stop on shutdown', '`runlevel [06]`'],
    ['start on started a b', '`started a and started b`'],
  ])('%s: %s is meant', (text, meant) => {
    const [warning] = lint(text, { name: 'job', path: '' }, WORLD);
    expect(warning?.text).toContain(meant);
  });
});

test('warnings come in the order of the lines, and are not more than a few', () => {
  expect(warned('setuid 1\nchdir $X\nlimit nofile 2 1\nexec a &\n').map((line) => line[0])).toEqual([
    '1',
    '2',
    '3',
    '4',
  ]);
  expect(warned('env A=$B\n'.repeat(MAX_WARNINGS + 1)).length).toBe(MAX_WARNINGS);
});

test('rules have names of their own', () => {
  const names = RULES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('an ordinary file has no warnings', () => {
  const text = `description "web"
start on (filesystem and started db) or runlevel [2345]
stop on runlevel [!2345]
respawn
respawn limit 10 5
setuid web
env OPTS="-a -b"
pre-start script
    [ -d /run/web ] || mkdir -p /run/web
    . /etc/default/web
end script
exec /usr/sbin/web --foreground $OPTS >> /var/log/web 2>&1
`;
  expect(warned(text)).toEqual([]);
});

test.each([
  ['exec ', '\\', ''],
  ['exec ', 'a/', ''],
  ['exec start-stop-daemon -', 'b', ''],
  ['exec ', '$(', ''],
  ['exec ', 'a && ', ''],
  ['exec ', 'a=', ''],
  ['script\n', '[ a ] && ', '\nend script\n'],
  ['script\n', '. f\n', '\nend script\n'],
  ['script\n', 'cat << E\n', '\nend script\n'],
  ['script\n', "'", '\nend script\n'],
  ['start on (a', '\n or started b c', ')\n'],
  ['', 'env A=$B\n', ''],
  ['', 'limit nofile 2 1\n', ''],
])('the largest size of it takes work that grows with its size: %j %j %j', (begin, piece, end) => {
  const text =
    begin + piece.repeat((PART_OF_TEXT * MAX_JOB_FILE_SIZE - begin.length - end.length) / piece.length) + end;
  expectLinear(() => {
    try {
      warned(text);
    } catch (error) {
      // Some are no job files: a condition has a thousand events at most.
      expect(error).toBeInstanceOf(JobFileError);
    }
  }, PART_OF_TEXT * BUDGET_MS);
});

test('what the original does not know is named where that is asked for', () => {
  const text =
    'respawn\nrespawn delay 1 30\nrespawn reset 30\nready after 2\nhook timeout 3\nrespawn limit 5 10\nexec a\n' +
    'restart on file\nreload on file\nenv-file /etc/hosts\n' +
    'ready tcp 80\nready unix /a\nready http http://a/\nready interval 1\nready timeout 1\n' +
    'expect notify\nnotify access all\nwatchdog 1\ncluster one\n';
  expect(warned(text)).toEqual([]);
  const found = lint(text, { name: 'job', path: 'job.conf', portable: true }, WORLD);
  expect(found.map(({ rule, text: told }) => `${rule}: ${told.split(' is ')[0]}`)).toEqual(
    [
      ...['respawn delay', 'respawn reset', 'ready after', 'hook timeout'],
      ...['restart on', 'reload on', 'env-file'],
      ...['ready tcp', 'ready unix', 'ready http', 'ready interval', 'ready timeout'],
      ...['expect notify', 'notify access', 'watchdog', 'cluster one'],
    ].map((name) => `not-portable: \`${name}\``),
  );
});

test('events of the cluster have names that can cross machines', () => {
  const text =
    'start on :cluster:a/b or :cluster:deploy or :cluster:deploy/failed\nemits cluster saved b@c db.x\nexec a\n';
  expect(warned(text)).toEqual(['1 cluster :cluster:a/b', '2 cluster-event b@c']);
  expect(warned('emits a@b\nexec a\n')).toEqual([]);
});

test('a lease needs a cluster', () => {
  const lone = { ...WORLD, hasClusterConf: () => false };
  expect(warned('exec a\ncluster one\n', lone)).toEqual(['2 cluster-without-conf cluster']);
  expect(warned('exec a\ncluster at most 2 db\n', lone)).toEqual(['2 cluster-without-conf cluster']);
  for (const known of [true, null])
    expect(warned('exec a\ncluster one\n', { ...WORLD, hasClusterConf: () => known })).toEqual([]);
  expect(warned('start on startup or :cluster:deploy\nexec a\n', lone)).toEqual([
    '1 cluster-without-conf :cluster:deploy',
  ]);
  expect(warned('exec a\ncluster at most 2 db\ncluster one\n')).toEqual(['3 replaced-stanza cluster']);
  const portable = lint('cluster at most 2\n', { name: 'job', path: 'job.conf', portable: true }, WORLD);
  expect(portable.map(({ text: told }) => told)).toEqual([expect.stringContaining('`cluster at most` is unknown')]);
});
