import { parseJob } from '@upstart/job-language';
import { describe, expect, it } from 'vitest';
import { toSystemd } from './to-systemd.ts';

function exported(jobs: Record<string, string>) {
  const definitions = Object.entries(jobs).map(([name, text]) => parseJob(text, { name, path: `${name}.conf` }));
  const { files, report } = toSystemd(
    definitions.map((definition) => ({ definition, comments: ['from the shop'] })),
    'system',
  );
  const of = (kind: string) => report.flatMap((line) => (line.kind === kind ? [`${line.place}: ${line.text}`] : []));
  return {
    units: Object.fromEntries(files.map(({ name, text }) => [name, text])),
    refused: of('refused'),
    approximated: of('approximated'),
  };
}

describe('a job', () => {
  it('is a service', () => {
    const { units } = exported({
      web: 'description "50 % off"\nstart on started db and runlevel [2345]\nstop on runlevel [!2345] or stopping db\nrespawn\nexec web --x $HOME',
      db: 'start on runlevel [2345]\nstop on runlevel [016]\nexec /bin/db',
    });
    expect(units['web.service']).toBe(`# from the shop

[Unit]
Description=50 %% off
StartLimitIntervalSec=5
StartLimitBurst=10
Requires=db.service
After=db.service

[Service]
Type=exec
ExecStart=/bin/sh -e -c "exec web --x $$HOME" /bin/sh
Restart=always
RestartSec=0
TimeoutStartSec=infinity
TimeoutStopSec=5
ExecReload=/bin/kill -HUP $MAINPID

[Install]
WantedBy=multi-user.target
`);
  });

  it('has units that start it', () => {
    const { units } = exported({
      web: 'start on socket PROTO=inet PORT=80 or timer EVERY=5m or file FILE=/in EVENT=modify\nexec web',
    });
    expect(units['web.socket']).toContain('[Socket]\nListenStream=0.0.0.0:80\n\n[Install]\nWantedBy=sockets.target');
    expect(units['web.timer']).toContain('[Timer]\nOnActiveSec=300\nOnUnitActiveSec=300\nAccuracySec=1s\n');
    expect(units['web.path']).toContain('[Path]\nPathModified=/in\n');
  });

  it('has the settings of its sockets, which all of them share', () => {
    const { units, approximated, refused } = exported({
      web: 'start on socket PROTO=unix PATH=/run/a%b MODE=660 OWNER=:adm NAME=in or socket PROTO=inet PORT=53 TYPE=dgram NAME=in\nexec web --fd $UPSTART_FDS',
      two: 'start on socket SOCKET_PATH=@two or socket PROTO=unix PATH=/run/two or socket PROTO=unix PATH=/run/three MODE=600\nexec two',
      odd: 'start on socket PROTO=inet PORT=http\nexec odd',
    });
    expect(units['web.socket']).toContain(
      '[Socket]\nListenStream=/run/a%%b\nListenDatagram=0.0.0.0:53\nFileDescriptorName=in\nSocketMode=0660\nSocketGroup=adm\n\n',
    );
    expect(units['two.socket']).toContain(
      '[Socket]\nListenStream=@two\nListenStream=/run/two\nListenStream=/run/three\nSocketMode=0755\n\n',
    );
    expect(approximated).toContain('two: start on: the program gets all sockets of two.socket at once');
    expect(approximated).toContain('two: start on: SocketMode= of two.socket is one for all: that of the first');
    expect(approximated).toContain('web: start on: the program gets LISTEN_FDS instead of UPSTART_FDS');
    expect(refused).toEqual(['odd: start on: socket PROTO=inet PORT=http: no unit stands for this event']);
  });

  it('says which settings of timers one unit cannot have', () => {
    const { approximated } = exported({
      web: 'start on timer AT=03:00 PERSISTENT=yes or timer AT=04:00\npre-start script\n  test -e /x || { stop; }\nend script\nexec web',
    });
    expect(approximated).toContain('web: start on: Persistent= of web.timer is one for all: that of the first');
    expect(approximated).toContain('web: script: it calls init, which is not there: initctl, start or stop');
  });

  it('has units that restart and reload it while it runs', () => {
    const { units, approximated, refused } = exported({
      web: 'restart on file FILE=/etc/web.conf EVENT=modify or timer AT=03:00 or started db\nreload on file FILE=/etc/web.d\nexec web',
    });
    expect(units['web-restart.path']).toBe(
      '[Unit]\nDescription=Has web.service restarted\nPartOf=web.service\n\n[Path]\nPathModified=/etc/web.conf\n\n[Install]\nWantedBy=web.service\n',
    );
    expect(units['web-restart.timer']).toContain('[Timer]\nOnCalendar=*-*-* 03:00:00\n');
    expect(units['web-restart.service']).toContain('Type=oneshot\nExecStart=systemctl try-restart web.service\n');
    expect(units['web-reload.path']).toContain('PathChanged=/etc/web.d\n');
    expect(units['web-reload.service']).toContain('ExecStart=systemctl try-reload-or-restart web.service\n');
    expect(approximated.filter((line) => line.includes('systemctl'))).toHaveLength(3);
    expect(refused).toEqual(['web: restart on: started db: nothing restarts a unit on this event']);
  });

  it('is a template', () => {
    const { units } = exported({ 'net/tty': 'instance $TTY\nexec /sbin/getty $TTY' });
    expect(units['net-tty@.service']).toContain('Environment=TTY=%i');
  });
});

it('says what is lost', () => {
  const { refused, approximated } = exported({
    web: 'start on my-event or stopped db\nstop on other-event\ninstance $A-$B\nexpect stop\nready tcp 80\nready exec ping\ncheck exec ping\nenv-file $HOME/env\nchdir x\nhook timeout 5\nrespawn\nrespawn reset 5\nrespawn delay 1 60\nrestart on file FILE=/x\ncgroup cpu\ncluster one\nexec web',
  });
  expect(refused.map((line) => line.split(':').slice(1, 2).join().trim())).toEqual(
    expect.arrayContaining([
      'stop on',
      'start on',
      'instance',
      'expect stop',
      'ready tcp, unix, http, log',
      'check',
      'env-file $…',
      'chdir, chroot (relative)',
      'hook timeout',
      'respawn reset',
      'restart on',
      'cgroup',
      'cluster',
    ]),
  );
  expect(approximated.join('\n')).toContain('web: respawn delay … LONGEST: RestartSec=: the pause stays FIRST');
});

it('gives two jobs one name only once', () => {
  const { refused } = exported({ 'a/b': 'exec a', 'a-b': 'exec b' });
  expect(refused).toEqual(['a-b: name: another job has the unit a-b.service']);
});
