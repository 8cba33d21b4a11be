import { parseJob } from '@upstart/job-language';
import { expect, it } from 'vitest';
import { IN_SYSTEM } from '../translation.ts';
import { fromSupervisord } from './from-supervisord.ts';

function imported(text: string) {
  const { files, report } = fromSupervisord([{ name: 'web.conf', text }], { occasion: IN_SYSTEM, folder: '/srv' });
  for (const file of files) parseJob(file.text, { name: file.name, path: file.name });
  const of = (kind: string) => report.flatMap((line) => (line.kind === kind ? [`${line.place}: ${line.text}`] : []));
  return {
    files: Object.fromEntries(files.map(({ name, text }) => [name, text])),
    refused: of('refused'),
    approximated: of('approximated'),
  };
}

it('translates a program, with its comments', () => {
  const { files, refused } = imported(`; all of the shop
[program:web]
command=/usr/bin/web --title "a b" --here %(here)s   ; in front
directory=/srv
; as this one
user=web
environment=A="1,2",B='x',C=3
autorestart=true
startretries=5
stopsignal=QUIT
stopwaitsecs=20
serverurl=AUTO
nonsense=1
`);
  expect(files['web.conf']).toBe(`# web, from web.conf:2
# all of the shop

start on runlevel [2345]
stop on runlevel [!2345]

env A=1,2
env B=x
env C=3

chdir /srv
# as this one
setuid web
kill signal QUIT
kill timeout 20
ready after 1
respawn
respawn delay 1 10
respawn limit 5 60

exec /usr/bin/web --title 'a b' --here /srv
`);
  expect(refused).toEqual([
    'web.conf:12: serverurl: there is no server of supervisord',
    'web.conf:13: nonsense: no stanza for it',
  ]);
});

it('has a limit for a program that is not to be tried again', () => {
  const { files, approximated } = imported('[program:web]\ncommand=web\nautorestart=true\nstartretries=0\n');
  expect(files['web.conf']).toContain('\nrespawn limit 1 60\n');
  expect(approximated.join()).toContain('respawn limit 1 60');
});

it('starts several processes of a program by a task', () => {
  const { files, approximated } = imported(
    '[program:w]\ncommand=/bin/w --n %(process_num)02d --home %(ENV_HOME)s\nnumprocs=3\nexitcodes=0,2\nautostart=false\n',
  );
  expect(files['w.conf']).toContain('instance $N\n');
  expect(files['w.conf']).toContain('normal exit 0 2\n');
  expect(files['w.conf']).toContain('exec /bin/w --n "$(printf %02d $N)" --home "$HOME"\n');
  expect(files['w-all.conf']).toContain('  for n in $(seq 0 2); do start w N=$n; done\n');
  expect(files['w-all.conf']).not.toContain('start on');
  expect(approximated.join()).toContain('numprocs');
});

it('refuses other kinds of processes, and lines that are nothing', () => {
  const { refused, approximated } = imported(
    'lost\n[supervisord]\nlogfile=/x\n[eventlistener:x]\ncommand=x\n[group:all]\nprograms=a\n[program:y]\ncommand=\n',
  );
  expect(refused).toEqual([
    'web.conf:1: neither a section nor a key',
    'web.conf:4: [eventlistener:x]: no such kind of process: event listeners and FastCGI sockets belong to supervisord',
    'web.conf:9: command: no command line that can be read',
  ]);
  expect(approximated).toHaveLength(3);
});

it('writes no file outside of its folder, and leaves out values that no stanza takes', () => {
  const { refused, files } = imported('[program:../x]\ncommand=/bin/x\n[program:ok]\ncommand=/bin/x\numask=9\n');
  expect(Object.keys(files)).toEqual(['ok.conf']);
  expect(refused).toEqual([
    'web.conf:1: ../x: a name of letters, digits and .-_@:+ is expected',
    'web.conf:4: command: umask: Illegal file creation mask, expected octal integer',
  ]);
});

it('gives all programs the environment of supervisord, and names sections that it leaves out', () => {
  const { files, refused } = imported(`[supervisord]
environment=A=1,B=2
[program:web]
command=/bin/web %(process_num)02d %(process_num)d
numprocs=2
environment=B=3
[include]
files=*.ini
[eventlistener:l]
command=l
[other]
`);
  expect(files['web.conf']).toContain('env A=1\nenv B=2\nenv B=3\n');
  expect(files['web.conf']).toContain('exec /bin/web "$(printf %02d $N)" "$N"\n');
  expect(refused).toEqual([
    'web.conf:7: [include]: name the files that it includes as well',
    'web.conf:9: [eventlistener:l]: no such kind of process: event listeners and FastCGI sockets belong to supervisord',
    'web.conf:11: [other]: no section of supervisord',
  ]);
});
