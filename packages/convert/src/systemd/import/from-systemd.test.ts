import { parseJob } from '@upstart/job-language';
import { describe, expect, it } from 'vitest';
import { fromSystemd } from './from-systemd.ts';

/** The stanzas of each job, without comments and empty lines; all of them are parsed. */
function imported(units: Record<string, string>, init: 'system' | 'session' = 'system') {
  const files = Object.entries(units).map(([name, text]) => ({ name, text }));
  const translation = fromSystemd(files, init);
  const jobs = Object.fromEntries(
    translation.files.map(({ name, text }) => {
      parseJob(text, { name: name.replace(/\.conf$/, ''), path: name });
      return [name, text.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line))];
    }),
  );
  const of = (kind: string) =>
    translation.report.flatMap((line) => (line.kind === kind ? [`${line.place}: ${line.text}`] : []));
  return { jobs, refused: of('refused'), approximated: of('approximated'), files: translation.files };
}

const service = (lines: string, install = ''): Record<string, string> => ({
  'web.service': `[Service]\n${lines}\n[Install]\n${install}`,
});

const stanzas = (lines: string): string[] => imported(service(lines)).jobs['web.conf'] ?? [];

describe('a service', () => {
  it('has its settings, with drop-ins, and its comments', () => {
    const { jobs, refused, files } = imported({
      'web.service':
        '# The web server.\n\n[Unit]\nDescription=Web server\n\n[Service]\n# keeps everything\nEnvironment="A=1 2" B=3\nLimitNOFILE=1K:4096\nUser=www\nWorkingDirectory=-/srv\nExecStart=/usr/bin/web --port 80 \\\n  --verbose\nProtectSystem=full\nPrivateTmp=no\n[Install]\nWantedBy=multi-user.target\n',
      'web.service.d/10-more.conf': '[Service]\nEnvironment=C=4\nUser=web\nExecStart=\nExecStart=/usr/bin/other\n',
    });
    expect(jobs['web.conf']).toEqual([
      'description "Web server"',
      'start on runlevel [2345]',
      'stop on runlevel [!2345]',
      'env "A=1 2"',
      'env B=3',
      'env C=4',
      'limit nofile 1024 4096',
      'chdir /srv',
      'setuid web',
      'kill timeout 90',
      'exec /usr/bin/other',
    ]);
    expect(refused).toEqual(['web.service:14: ProtectSystem: full: init has no sandbox']);
    expect(files[0]?.text).toContain('# The web server.');
    expect(files[0]?.text).toContain('# keeps everything\nenv "A=1 2"');
  });

  it.each([
    ['Type=forking', ['expect fork']],
    ['Type=oneshot', ['task']],
    ['Type=notify\nTimeoutStartSec=5min', ['expect notify', 'ready timeout 300']],
    ['Type=notify\nNotifyAccess=all\nWatchdogSec=30s', ['expect notify', 'notify access all', 'watchdog 30']],
    ['Type=idle', []],
  ])('of %j', (type, expected) => {
    expect(stanzas(`${type}\nExecStart=/bin/web`)).toEqual(expect.arrayContaining(expected));
  });

  it.each([
    ['always', ['respawn', 'respawn limit 5 10', 'respawn delay 0.1']],
    ['on-failure', ['normal exit 0 HUP INT TERM PIPE', 'respawn']],
    ['on-failure\nSuccessExitStatus=3 SIGUSR1\nRestartForceExitStatus=0', ['normal exit 3 HUP INT TERM PIPE USR1']],
    ['always\nRestartPreventExitStatus=255\nRestartSec=1min 5s', ['normal exit 255', 'respawn delay 65']],
    ['always\nStartLimitInterval=0', ['respawn limit unlimited']],
  ])('with Restart=%s', (restart, expected) => {
    expect(stanzas(`Restart=${restart}\nExecStart=/bin/web`)).toEqual(expect.arrayContaining(expected));
  });

  it('with Restart=on-abnormal stays down after each exit status', () => {
    const job = parseJob(stanzas('Restart=on-abnormal\nExecStart=/bin/web').join('\n'), { name: 'web', path: 'web' });
    expect(job.normalExit.filter((status) => status < 256)).toHaveLength(256);
    expect(job.respawn).toBe(true);
  });

  it('that stays active without a process is a job without a main process', () => {
    expect(
      stanzas('Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/up a\nExecStart=-/bin/up b\nExecStop=/bin/down'),
    ).toEqual([
      'stop on runlevel [!2345]',
      'pre-start script',
      '  /bin/up a',
      '  /bin/up b || :',
      'end script',
      'post-stop exec /bin/down',
    ]);
  });

  it('gets its folders from a task that has the privileges', () => {
    const { jobs } = imported(
      service(
        'User=web\nGroup=www\nRuntimeDirectory=web\nRuntimeDirectoryMode=0750\nExecStartPre=+/bin/prepare\nExecStartPre=/bin/test\nExecStart=/bin/web',
      ),
    );
    expect(jobs['web-setup.conf']).toEqual([
      'start on starting web',
      'task',
      'script',
      '  install -d -m 0750 -o web -g www /run/web',
      '  /bin/prepare',
      'end script',
    ]);
    expect(jobs['web.conf']).toContain('pre-start exec /bin/test');
  });
});

it('that changes its user itself has no `setuid`', () => {
  const { jobs } = imported(service('User=web\nRuntimeDirectory=web\nExecStart=!/bin/web'));
  expect(jobs['web.conf']).toEqual([
    'stop on runlevel [!2345]',
    'kill timeout 90',
    'pre-start exec install -d -m 0755 /run/web',
    'exec /bin/web',
  ]);
});

describe('commands', () => {
  const main = (line: string): string => stanzas(`Environment=X=1\nExecStart=${line}`).at(-1) as string;
  it.each([
    ['/bin/web $OPTS', 'exec /bin/web $OPTS'],
    ['/bin/web --x=${X} "a b" $$HOME 50%%', "exec /bin/web --x=\"${X}\" 'a b' '$'HOME 50%"],
    [':/bin/web $OPTS', "exec /bin/web '$OPTS'"],
    ['@/bin/web web-worker -v', 'exec /bin/web -v'],
    ['/bin/web %n %p %t/x %%', 'exec /bin/web web.service web /run/x %'],
    ['/bin/web "tab\\tend"', "exec /bin/web 'tab\tend'"],
  ])('%s', (line, expected) => {
    expect(main(line)).toBe(expected);
  });

  it('that the exec stanza would read otherwise are scripts', () => {
    expect(stanzas("ExecStart=/bin/web \"it's\" 'a\\\\b'").slice(-3)).toEqual([
      'script',
      "  exec /bin/web \"it's\" 'a\\b'",
      'end script',
    ]);
  });

  it('stop and reload by signals', () => {
    expect(
      stanzas('ExecStart=/bin/web\nExecStop=/bin/kill -s QUIT $MAINPID\nExecReload=/bin/kill -USR2 $MAINPID'),
    ).toEqual(expect.arrayContaining(['kill signal QUIT', 'reload signal USR2']));
    const { approximated, jobs } = imported(service('ExecStart=/bin/web\nExecStop=/bin/ctl --pid $MAINPID'));
    expect(jobs['web.conf']).toEqual(expect.arrayContaining(['pre-stop script', '  /bin/ctl --pid $MAINPID']));
    expect(approximated.join()).toContain('with the pid that `status` tells');
  });
});

describe('conditions', () => {
  it('of units that need each other', () => {
    const { jobs } = imported({
      'web.service':
        '[Unit]\nRequires=db.service\nAfter=db.service network.target cache.service\nWants=cache.service helper.service\nConflicts=old.service\n[Service]\nExecStart=/bin/web\n[Install]\nWantedBy=multi-user.target',
      'db.service': '[Service]\nExecStart=/bin/db\n[Install]\nWantedBy=multi-user.target',
      'helper.service': '[Service]\nExecStart=/bin/helper',
    });
    expect(jobs['web.conf']?.slice(0, 2)).toEqual([
      'start on runlevel [2345] and started db',
      'stop on stopping db or starting old or runlevel [!2345]',
    ]);
    expect(jobs['helper.conf']?.[0]).toBe('start on starting web');
  });

  it('as tests in pre-start', () => {
    const { jobs, refused } = imported({
      'web.service':
        '[Unit]\nConditionPathExists=!/etc/off\nConditionFileNotEmpty=/etc/a b\nConditionVirtualization=vm\nAssertPathIsDirectory=/srv\n[Service]\nExecStart=/bin/web',
    });
    expect(jobs['web.conf']).toEqual(
      expect.arrayContaining([
        '  ! test -e /etc/off || { stop; exit 0; }',
        "  test -s '/etc/a b' || { stop; exit 0; }",
        '  test -d /srv || exit 1',
      ]),
    );
    expect(refused).toEqual(['web.service:4: ConditionVirtualization: vm: init cannot tell, so the job starts']);
  });

  it('of sockets, timers, paths, targets and templates', () => {
    const { jobs, refused } = imported({
      'a.service': '[Service]\nExecStart=/bin/a',
      'a.socket': '[Socket]\nListenStream=8080\nListenStream=/run/a.sock\nListenFIFO=/run/f',
      'b.service': '[Service]\nType=oneshot\nExecStart=/bin/b',
      'b.timer':
        '[Timer]\nOnCalendar=daily\nOnCalendar=Mon..Fri *-*-* 08:30\nOnUnitActiveSec=1h\nPersistent=true\nRandomizedDelaySec=1min',
      'c.service': '[Service]\nExecStart=/bin/c',
      'c.path': '[Path]\nPathModified=/srv/in',
      'd@.service': '[Service]\nExecStart=/bin/d %i\nUser=d\n[Install]\nWantedBy=multi-user.target',
      'e@.service': '[Service]\nExecStart=/bin/e',
      'e.socket': '[Socket]\nListenStream=79\nAccept=yes',
      'all.target': '[Unit]\nRequires=a.service\nAfter=a.service\n[Install]\nWantedBy=multi-user.target',
    });
    expect(jobs['a.conf']?.[0]).toBe(
      'start on socket PROTO=inet PORT=8080 or socket PROTO=unix PATH=/run/a.sock MODE=666',
    );
    expect(jobs['b.conf']?.slice(0, 2)).toEqual([
      'task',
      'start on timer AT=00:00 PERSISTENT=yes RANDOM=1m or timer CRON="30 8 * * mon-fri" PERSISTENT=yes RANDOM=1m or timer EVERY=1h RANDOM=1m',
    ]);
    expect(jobs['c.conf']?.[0]).toBe('start on file FILE=/srv/in EVENT=modify');
    expect(jobs['d.conf']).toEqual(expect.arrayContaining(['instance $INSTANCE', 'exec /bin/d "$INSTANCE"']));
    expect(jobs['all-target.conf']?.[0]).toBe('start on runlevel [2345] and started a');
    expect(refused).toEqual(
      expect.arrayContaining([
        'a.socket:4: ListenFIFO: only sockets of streams and of datagrams are listened on',
        'e.socket:3: Accept: no process for each connection: the program has to accept connections itself',
        'd@.service:5: WantedBy: multi-user.target: a condition cannot name the instance of a template',
      ]),
    );
  });

  it('of a session', () => {
    const { jobs } = imported(
      { 'web.service': '[Service]\nExecStart=%h/bin/web\n[Install]\nWantedBy=default.target' },
      'session',
    );
    expect(jobs['web.conf']).toEqual([
      'start on startup',
      'stop on session-end',
      'kill timeout 90',
      'exec "$HOME"/bin/web',
    ]);
  });
});

it('reports what is no unit, and never fails', () => {
  const { refused, jobs } = imported({
    'notes.txt': 'x',
    'a.mount': '[Mount]\nWhat=/dev/a',
    'b.service': 'no directive\n[Service]\nnonsense\nFoo=1\nExecStart=\n',
    'c.service.d/x.conf': '[Service]\nNice=5',
  });
  expect(jobs['b.conf']).toEqual(['task', 'kill timeout 90']);
  expect(refused).toEqual(
    expect.arrayContaining([
      'notes.txt: not the name of a unit',
      'a.mount: a mount: init does not manage them',
      'b.service:4: Foo: no stanza for [Service] Foo=',
      'c.service.d/x.conf: c.service is not among the files',
    ]),
  );
});

it('reports directives about an end that a job has not', () => {
  const ends = 'Restart=on-failure\nRestartSec=1\nStartLimitBurst=3\n';
  const state = imported(service(`Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/a\n${ends}`));
  const why = 'without a main process there is no end to react to';
  expect(state.refused).toEqual(
    ['Restart', 'RestartSec', 'StartLimitBurst'].map((key, at) => `web.service:${at + 5}: ${key}: ${why}`),
  );
  const once = imported(service('ExecStart=/bin/a\nStartLimitBurst=3\nTimeoutSec=infinity'));
  expect(once.approximated).toContain(
    'web.service:3: StartLimitBurst: init counts no starts of a job that does not respawn',
  );
  expect(once.refused).toEqual(['web.service:4: TimeoutSec: a stop cannot wait without an end: kill timeout 90']);
});

it('names the variable by which an instance is started', () => {
  const { refused } = imported({
    'web@.service': '[Service]\nEnvironment=WHO=%i\nExecStart=/bin/a\n[Install]\nDefaultInstance=main\n',
  });
  expect(refused).toEqual([
    'web@.service:5: DefaultInstance: start it by hand, or by a job that does: start web WHO=main',
  ]);
});

it('tests a single condition in a script: `exec` would end with the first command', () => {
  const { jobs } = imported({ 'web.service': '[Unit]\nConditionPathExists=/etc/a\n[Service]\nExecStart=/bin/web\n' });
  const script = ['pre-start script', '  test -e /etc/a || { stop; exit 0; }', 'end script', 'exec /bin/web'];
  expect(jobs['web.conf']?.slice(-script.length)).toEqual(script);
});
