/** The story of every guest: a boot, deaths, changes of the runlevel, a re-execution, and the end. */
import type { Guest } from './guest.ts';
import { eventually } from './guest.ts';
import { inOrder, parseDepend, scriptsInOrder } from './order.ts';
import type { Report } from './report.ts';

/** Seconds that one change of the runlevel may take. */
const PATIENCE = 180;

/** The jobs of `jobs/` in each runlevel, as `initctl list` shows them. */
const ALWAYS = ['always'];
const MULTI_USER = [...ALWAYS, 'app', 'db', 'fragile', 'talker', 'worker (1)', 'worker (2)', 'worker (3)'];
const RUNNING: Readonly<Record<string, readonly string[]>> = {
  2: [...MULTI_USER, 'daemon'].sort(),
  3: [...MULTI_USER, 'three'].sort(),
  S: [...ALWAYS, 'rcS'],
};
/** Jobs that run as well, on a machine that has terminals. */
const NOT_COMPARED = '^(tty[1-6]|console|channel) ';
const LIST = `initctl list | grep -vE '${NOT_COMPARED}' | sort`;

/** How those on top of `db` end before it, and `tidy` after it. */
const STOPS_OF_DB = [
  'boot-test: app before its stop',
  'boot-test: app stopped',
  'boot-test: db asked to end',
  'boot-test: db stopped',
  'boot-test: tidy',
];
const STOPS_OF_WORKERS = [1, 2, 3].map((n) => [
  'boot-test: app before its stop',
  `boot-test: worker ${n} stopped`,
  STOPS_OF_DB[2]!,
]);

/** Services of the distribution that run in runlevel 2, each with a script that finds out whether it runs. */
const SERVICES = ['rsyslog', 'cron', 'atd', 'dbus', 'ssh'];
const services = (names: readonly string[]): string =>
  names
    .map((name) => `service ${name} status > /dev/null && echo ${name} runs || echo ${name} does not run`)
    .join('\n');

/** The processes that are left when everything has been stopped: init, its daemon, helper and logger, and those that run this script. */
const MAY_BE_LEFT = [
  /^1 0 \S+ \/sbin\/init/,
  /^\d+ 1 \S+ \S*\/node( --\S+)* \S*\/daemon\.js/,
  /^\d+ \d+ \S+ \S*\/conf-watch$/,
  /^\d+ 1 \S+ logger$/,
  /^\d+ 1 \S+ \S*\/node \S*\/upstart-rc\.js 0$/,
  /^\d+ \d+ \S+ \/bin\/sh \/etc\/rc0\.d\/K\d+processes-left stop$/,
  /^\d+ \d+ \S+ (ps --ppid|sed s\/)/,
  // The job `channel`.
  /^\d+ 1 \S+ \/bin\/sh -e \/proc\/self\/fd\/\d+$/,
];

export class Story {
  readonly #guest: Guest;
  readonly #report: Report;

  constructor(guest: Guest, report: Report) {
    this.#guest = guest;
    this.#report = report;
  }

  async boot(): Promise<void> {
    await this.#entered('2', 0);
    // What no script of the boot waits for.
    for (const line of ['mounted /run as tmpfs', 'lo up', 'container: none']) await this.#said(line, 0);
    const text = this.#guest.console.since(0);
    this.#report.nothingWrong(
      'the boot: sysinit, its events, runlevel 2',
      inOrder(text, [
        'boot-test: early',
        '/etc/rcS.d/S01mountkernfs.sh start\n',
        'boot-test: virtual-filesystems',
        'mountall.sh start has ended',
        'boot-test: filesystem',
        'boot-test: db before its start',
        'boot-test: app ready',
      ]).concat(
        inOrder(text, [
          '/etc/rcS.d/S13bootmisc.sh start has ended',
          '/etc/rc2.d/S02cron start\n',
          'boot-test: entered runlevel 2',
        ]),
      ),
    );
    for (const line of ['mounted /run as tmpfs', 'lo up', 'container: none'])
      this.#report.nothingWrong(`an event of the boot: ${line}`, inOrder(text, [`boot-test: ${line}`]));
    await this.#scripts('the scripts of sysinit, in order', text, 'S', '.depend.boot');
    await this.#scripts('the scripts of runlevel 2, in order', text, '2', '.depend.start');
    await this.#report.says('the runlevel after the boot', 'runlevel', 'N 2');
    await this.#inRunlevel('2', SERVICES);
    await this.#report.comesToSay(
      'a task that waited for two events has run',
      'initctl status online',
      'online stop/waiting',
    );
    await this.#said('online', 0);
    this.#report.nothingWrong('… and has said so', inOrder(this.#guest.console.since(0), ['boot-test: online']));
    await this.#report.comesToSay("a job's log", 'tr -d "\\r" < /var/log/upstart/talker.log', 'line 1');
    await this.#report.says(
      'the boot as a picture',
      'upstart plot | head -n 2 | tail -n 1 | cut -c1-20',
      '<title>The boot took',
    );
    await this.#report.says(
      'the chain of the boot begins with its event',
      'upstart chain | grep -c "startup emitted @0ms"',
      '1',
    );
    await this.#report.says(
      'the boot is on record',
      'last -x -n 2 | cut -c1-8 | sed "/^$/d;/^wtmp/d"',
      'runlevel\nreboot',
    );
  }

  async deaths(): Promise<void> {
    const { output: before } = await this.#guest.run(LIST);
    await this.#guest.run('kill -KILL $(initctl status fragile | sed "s/.*process //")');
    const fragile = (text: string): string => /^fragile .*/m.exec(text)?.[0] ?? '';
    const after = await eventually(
      this.#guest,
      LIST,
      (text) => /running, process \d+/.test(fragile(text)) && fragile(text) !== fragile(before),
    );
    this.#report.equal('a job that is killed is started again', withoutPids(after), withoutPids(before));
    this.#report.nothingWrong('… with another process', fragile(after) === fragile(before) ? [fragile(after)] : []);
    await this.#guest.run('kill -KILL $(pgrep -P 1 -f daemon.js)');
    await this.#report.says('with the daemon killed, the jobs are what they were', LIST, after.trimEnd());
  }

  async reexecute(): Promise<void> {
    const { output: before } = await this.#guest.run(LIST);
    const { output: daemon } = await this.#guest.run('pgrep -P 1 -f daemon.js');
    const { status } = await this.#guest.run('telinit u');
    this.#report.equal('telinit u', String(status), '0');
    await this.#report.says('… all processes are the ones from before', LIST, before.trimEnd());
    const { output: next } = await this.#guest.run('pgrep -P 1 -f daemon.js');
    this.#report.nothingWrong('… under another daemon', next === daemon ? [next] : []);
  }

  async toThree(): Promise<void> {
    const { console } = this.#guest;
    const from = console.here;
    await this.#guest.run('telinit 3');
    await this.#entered('3', from);
    for (const line of ['daemon stopped', 'three started']) await this.#said(line, from);
    const text = console.since(from);
    this.#report.nothingWrong(
      'runlevel 3: what has to stop stops, what has to start starts',
      inOrder(text, ['boot-test: daemon stopped']).concat(
        inOrder(text, ['boot-test: three started']),
        inOrder(text, [
          '/etc/rc3.d/K01cron stop\n',
          'Stopping periodic command scheduler: cron',
          'boot-test: entered runlevel 3',
        ]),
        /\/etc\/rc3\.d\/S/.test(text) ? ['a script was started though it had been started in runlevel 2'] : [],
      ),
    );
    await this.#report.says('the runlevel', 'runlevel', '2 3');
    await this.#inRunlevel(
      '3',
      SERVICES.filter((name) => name !== 'cron'),
    );
  }

  /** Into runlevel 1, whose last script changes to S. */
  async toSingleUser(): Promise<void> {
    const { console } = this.#guest;
    const from = console.here;
    await this.#guest.run('telinit 1');
    await console.until(/Will now switch to single-user mode/, from, PATIENCE * this.#guest.slowness);
    await this.#report.comesToSay('runlevel 1 leads to S', 'runlevel', '1 S');
    await this.#inRunlevel('S', []);
    const text = console.since(from);
    // `killprocs` runs beside the ends of jobs and ends every process: on a slow machine the last hooks, too, in no order.
    const killed = text.indexOf('Asking all remaining processes to terminate');
    const own = killed < 0 ? text : text.slice(0, killed);
    const mayBeKilled = (line: string): boolean => killed >= 0 && !own.includes(line);
    this.#report.nothingWrong(
      'services end in order',
      [STOPS_OF_DB, ...STOPS_OF_WORKERS].flatMap((lines) =>
        inOrder(
          own,
          lines.filter((line) => !mayBeKilled(line)),
        ),
      ),
    );
    this.#report.nothingWrong(
      'scripts of runlevel 1: K before S, in order',
      inOrder(text, [
        '/etc/rc1.d/K01atd stop\n',
        '/etc/rc1.d/K01atd stop has ended',
        '/etc/rc1.d/S01killprocs start\n',
        '/etc/rc1.d/S01killprocs start has ended',
        '/etc/rc1.d/S02single start\n',
      ]),
    );
  }

  /**
   * `leave` leaves the single-user mode. Who asks for runlevel 2 comes from S; who ends the single user's shell comes
   * by way of rc-sysinit, which knows of no level `before`.
   */
  async backToTwo(leave: () => Promise<unknown>, before: 'N' | 'S'): Promise<void> {
    const from = this.#guest.console.here;
    await leave();
    await this.#entered('2', from);
    await this.#report.says('from single-user mode to runlevel 2', 'runlevel', `${before} 2`);
    await this.#inRunlevel('2', SERVICES);
  }

  async end(poweroff: () => Promise<unknown>): Promise<void> {
    const { console, slowness } = this.#guest;
    const { output: names } = await this.#guest.run('cd /etc/rc0.d && ls -1d K* S* 2> /dev/null');
    const { output: depend } = await this.#guest.run('cat /etc/init.d/.depend.stop');
    const from = console.here;
    void poweroff().catch(() => {});
    const tooLong = setTimeout(() => this.#guest.kill(), PATIENCE * 1000 * slowness);
    const how = await this.#guest.ended;
    clearTimeout(tooLong);
    const text = console.since(from);
    this.#report.equal('poweroff ends the machine', how, 'poweroff');
    this.#report.nothingWrong(
      'services end in order',
      [STOPS_OF_DB, ...STOPS_OF_WORKERS].flatMap((lines) => inOrder(text, lines)),
    );
    const stopped = ['fragile', 'daemon', 'talker', 'always'].map((name) => `boot-test: ${name} stopped`);
    this.#report.nothingWrong(
      'the other jobs end, too',
      stopped.flatMap((line) => inOrder(text, [line, 'boot-test: left '])),
    );
    this.#report.nothingWrong(
      'the scripts of the shutdown, in order',
      scriptsInOrder(text, '/etc/rc0.d', names.trimEnd().split('\n'), parseDepend(depend), 'halt'),
    );
    this.#report.nothingWrong('all processes have ended by themselves', inOrder(text, ['All processes ended within']));
    const left = text.split('\n').flatMap((line) => /boot-test: left (.*)/.exec(line)?.[1]?.replace(/ +/g, ' ') ?? []);
    this.#report.nothingWrong('nothing is left but init, and no zombie', [
      ...left.filter((line) => !MAY_BE_LEFT.some((one) => one.test(line)) || /^\d+ \d+ Z/.test(line)),
      ...(left.some((line) => MAY_BE_LEFT[0]!.test(line)) ? [] : ['processes were not listed']),
    ]);
  }

  /** The line of a job is there, or will not come. */
  async #said(line: string, from: number): Promise<void> {
    const { console, slowness } = this.#guest;
    await console.until(new RegExp(`boot-test: ${line}`), from, PATIENCE * slowness).catch(() => {});
  }

  #entered(level: string, from: number): Promise<void> {
    const { console, slowness } = this.#guest;
    return console.until(new RegExp(`boot-test: entered runlevel ${level}\n`), from, PATIENCE * slowness);
  }

  async #inRunlevel(level: string, running: readonly string[]): Promise<void> {
    const jobs = `${LIST} | sed -n 's, start/running.*,,p'`;
    await this.#report.comesToSay(`jobs of runlevel ${level}`, jobs, RUNNING[level]!.join('\n'));
    const wanted = SERVICES.map((name) => `${name} ${running.includes(name) ? 'runs' : 'does not run'}`).join('\n');
    await this.#report.comesToSay(`services of runlevel ${level}`, services(SERVICES), wanted);
    const zombies = "ps -e -o stat=,ppid=,args= | grep '^Z' || echo none";
    await this.#report.comesToSay('no zombies', zombies, 'none');
  }

  async #scripts(name: string, text: string, level: string, file: string): Promise<void> {
    const { output: depend } = await this.#guest.run(`cat /etc/init.d/${file}`);
    const { output: names } = await this.#guest.run(`cd /etc/rc${level}.d && ls -1d S*`);
    this.#report.nothingWrong(
      name,
      scriptsInOrder(text, `/etc/rc${level}.d`, names.trimEnd().split('\n'), parseDepend(depend)),
    );
  }
}

const withoutPids = (text: string): string => text.replace(/process \d+/g, 'process N');
