/** How each stanza is written, for people who wrote it in another way (reference: job files §4). */
import { RESOURCE_NAMES } from './job-definition.ts';

const CONDITION = 'EVENT [VALUE…] [KEY=VALUE…], with `and`, `or` and parentheses between events';
const HOOK = 'exec COMMAND`, or `script` on the same line, then lines up to `end script';

/** By the keywords of the stanza. */
export const FORMS: Readonly<Record<string, string>> = {
  description: '`description "TEXT"`',
  author: '`author "TEXT"`',
  version: '`version "TEXT"`',
  usage: '`usage "TEXT"`',
  instance: '`instance NAME`, such as `instance $TTY`',
  env: '`env KEY=VALUE`, one variable a line',
  'env-file': '`env-file [-]PATH`, such as `env-file /etc/default/web`; with `-` the file may be missing',
  export: '`export KEY…`',
  emits: '`emits EVENT…`, or `emits cluster EVENT…`',
  start: '`start on CONDITION`',
  'start on': `\`start on\` ${CONDITION}`,
  stop: '`stop on CONDITION`',
  'stop on': `\`stop on\` ${CONDITION}`,
  restart: '`restart on CONDITION`, or `restart delay SECONDS`; `respawn` starts a job again when its process ends',
  'restart delay': '`restart delay SECONDS`, such as `restart delay 0.5`',
  'restart on': `\`restart on\` ${CONDITION}`,
  manual: '`manual`',
  debug: '`debug`',
  exec: '`exec COMMAND`',
  script: '`script` alone on its line, then lines up to `end script`',
  ...Object.fromEntries(
    ['pre-start', 'post-start', 'pre-stop', 'post-stop'].flatMap((hook) => [
      [hook, `\`${hook} ${HOOK}\``],
      [`${hook} exec`, `\`${hook} exec COMMAND\``],
      [`${hook} script`, `\`${hook} script\` alone on its line, then lines up to \`end script\``],
    ]),
  ),
  expect: '`expect none`, `stop`, `fork`, `daemon`, `notify` or `fd NUMBER`',
  task: '`task`',
  respawn: '`respawn`, `respawn limit COUNT SECONDS`, `respawn delay SECONDS [LONGEST]` or `respawn reset SECONDS`',
  'respawn limit': '`respawn limit COUNT SECONDS`, or `respawn limit unlimited`',
  'respawn delay': '`respawn delay SECONDS [LONGEST]`, such as `respawn delay 0.5 30`',
  'respawn reset': '`respawn reset SECONDS`, such as `respawn reset 30`',
  ready: '`ready tcp`, `unix`, `http`, `exec`, `log`, `after`, `interval` or `timeout`, such as `ready tcp 8080`',
  'ready tcp': '`ready tcp PORT` or `ready tcp HOST:PORT`',
  'ready unix': '`ready unix PATH`, the path of a socket',
  'ready http':
    '`ready http http://HOST[:PORT][/PATH] [STATUS[-STATUS]…]`, such as `ready http http://localhost:8080/healthz 200-299`',
  'ready exec': '`ready exec COMMAND`, which ends with status 0 once the job is ready',
  'ready log': '`ready log PATTERN`, a regular expression, such as `ready log "listening on port \\d+"`',
  'ready interval': '`ready interval SECONDS`, such as `ready interval 0.5`',
  'ready timeout': '`ready timeout SECONDS`, such as `ready timeout 60`',
  'ready after': '`ready after SECONDS`, such as `ready after 2`',
  notify: '`notify access main` or `all`',
  'notify access': '`notify access main` or `all`: which processes may send messages of sd_notify',
  watchdog: '`watchdog SECONDS`, such as `watchdog 30`; 0: none',
  check:
    '`check tcp`, `unix`, `http`, `exec`, `interval`, `timeout`, `failures` or `action`, such as `check http http://localhost:8080/healthz`',
  'check tcp': '`check tcp PORT` or `check tcp HOST:PORT`',
  'check unix': '`check unix PATH`, the path of a socket',
  'check http':
    '`check http http://HOST[:PORT][/PATH] [STATUS[-STATUS]…]`, such as `check http http://localhost:8080/healthz 200-299`',
  'check exec': '`check exec COMMAND`, which ends with status 0 while the job is healthy',
  'check interval': '`check interval SECONDS`, such as `check interval 10`',
  'check timeout': '`check timeout SECONDS`, such as `check timeout 3`',
  'check failures': '`check failures COUNT`, such as `check failures 3`',
  'check action': '`check action restart` or `none`',
  normal: '`normal exit STATUS…`',
  'normal exit': '`normal exit STATUS…`, each a number from 0 or the name of a signal',
  kill: '`kill timeout SECONDS`, or `kill signal SIGNAL`',
  'kill timeout': '`kill timeout SECONDS`, a whole number without a unit',
  'kill signal': '`kill signal SIGNAL`, a name such as TERM or a number',
  hook: '`hook timeout SECONDS`',
  'hook timeout': '`hook timeout SECONDS`, a whole number without a unit',
  reload: '`reload on CONDITION`, or `reload signal SIGNAL`',
  'reload on': `\`reload on\` ${CONDITION}`,
  'reload signal': '`reload signal SIGNAL`, a name such as HUP or a number',
  log: '`log to TARGET`, or `log label KEY=VALUE…`; `console log` is for the file alone',
  'log to':
    '`log to journald [PATH]`, `syslog [LOCATION]`, `otlp [URL]`, a name of upstart.conf, or `none`, such as `log to syslog tcp://logs:601`',
  'log label': '`log label KEY=VALUE…`, such as `log label env=prod`',
  console: '`console log`, `none`, `output` or `owner`',
  umask: '`umask MASK`, an octal number up to 777',
  nice: '`nice NUMBER`, from -20 to 19',
  oom: '`oom score NUMBER`, from -1000 to 1000, or `oom score never`',
  limit: `\`limit RESOURCE SOFT HARD\`, each a number or \`unlimited\`; RESOURCE is one of ${RESOURCE_NAMES.join(', ')}`,
  chroot: '`chroot FOLDER`',
  chdir: '`chdir FOLDER`',
  setuid: '`setuid USER`',
  setgid: '`setgid GROUP`',
  apparmor: '`apparmor load FILE`, or `apparmor switch PROFILE`',
  'apparmor load': '`apparmor load FILE`',
  'apparmor switch': '`apparmor switch PROFILE`',
  cluster: '`cluster one [GROUP] [prefer LABEL=VALUE…]`, or `cluster at most NUMBER [GROUP] [prefer LABEL=VALUE…]`',
  'cluster one': '`cluster one [GROUP] [prefer LABEL=VALUE…]`, such as `cluster one db prefer disk=ssd`',
  'cluster at': '`cluster at most NUMBER [GROUP] [prefer LABEL=VALUE…]`',
  'cluster at most': '`cluster at most NUMBER [GROUP] [prefer LABEL=VALUE…]`, such as `cluster at most 2 worker`',
  cgroup: '`cgroup CONTROLLER [NAME] [KEY VALUE]`',
};

/** Arguments of stanzas, as far as they are words of a list; the keys without a blank are all stanzas. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.keys(FORMS)
    .filter((stanza) => !stanza.includes(' '))
    .map((stanza) => [stanza, choicesOf(stanza)]),
);

function choicesOf(stanza: string): readonly string[] {
  if (stanza === 'expect') return ['none', 'stop', 'fork', 'daemon', 'notify', 'fd'];
  if (stanza === 'console') return ['none', 'output', 'owner', 'log'];
  if (stanza === 'limit') return RESOURCE_NAMES;
  const longer = Object.keys(FORMS).filter((other) => other.startsWith(`${stanza} `));
  return longer.map((other) => other.slice(stanza.length + 1));
}

/** Words of other programs, other versions and guesses, in lower case, and what stands for them here. */
export const FOREIGN: Readonly<Record<string, string>> = {
  user: 'setuid USER',
  group: 'setgid GROUP',
  chuid: 'setuid USER',
  uid: 'setuid USER',
  gid: 'setgid GROUP',
  runas: 'setuid USER',
  cwd: 'chdir FOLDER',
  cd: 'chdir FOLDER',
  directory: 'chdir FOLDER',
  workingdirectory: 'chdir FOLDER',
  command: 'exec COMMAND',
  cmd: 'exec COMMAND',
  run: 'exec COMMAND',
  execstart: 'exec COMMAND',
  execstartpre: 'pre-start exec COMMAND',
  execstop: 'pre-stop exec COMMAND',
  daemon: 'expect daemon',
  fork: 'expect fork',
  service: 'exec COMMAND',
  pid: 'expect fork',
  pidfile: 'expect fork',
  environment: 'env KEY=VALUE',
  environmentfile: 'env-file PATH',
  env_file: 'env-file PATH',
  set: 'env KEY=VALUE',
  type: 'expect notify',
  notifyaccess: 'notify access all',
  watchdogsec: 'watchdog SECONDS',
  timeoutstartsec: 'ready timeout SECONDS',
  oom_adj: 'oom score NUMBER',
  oom_score_adj: 'oom score NUMBER',
  stdout: 'console log',
  stderr: 'console log',
  output: 'console output',
  after: 'start on started JOB',
  before: 'start on starting JOB',
  requires: 'start on started JOB',
  runlevel: 'start on runlevel [2345]',
  timeout: 'kill timeout SECONDS',
  signal: 'kill signal SIGNAL',
  ulimit: 'limit RESOURCE SOFT HARD',
  rlimit: 'limit RESOURCE SOFT HARD',
  prestart: 'pre-start',
  poststart: 'post-start',
  prestop: 'pre-stop',
  poststop: 'post-stop',
};
