/**
 * What happens to a machine of which the package upstart-init has been installed beside another init: its boot, an upgrade, the
 * removal while it runs, and the boot after that.
 */
import type { Guest } from './guest.ts';
import { errorsOf, leftOpen, logIn, PROMPT, typeAt } from './keyboard.ts';
import type { Machine } from './machine.ts';
import type { Report } from './report.ts';

/** Seconds that a boot, or the way down, may take on a machine that is not slow. */
const PATIENCE = 90;
/** The package, on the disk of the machine. */
const PACKAGE = '/root/upstart-init.deb';

/** `name`: its package for Debian. `program`: what process 1 executes. `state`: what says that all is well, and its answer. `reboot`: reboots it while the package is there. */
interface OtherInit {
  name: string;
  program: string;
  /** The same while the package is there, if its file is diverted. */
  diverted?: string;
  state: readonly [command: string, answer: string];
  reboot: string;
}
/** The init that was there before, by the kind of guest. */
export const OTHER_INITS: Readonly<Record<string, OtherInit>> = {
  package: {
    name: 'sysvinit-core',
    program: '/usr/sbin/init',
    diverted: '/usr/sbin/init.distrib',
    state: ['runlevel', 'N 2'],
    reboot: 'reboot',
  },
  'package-systemd': {
    name: 'systemd-sysv',
    program: '/usr/lib/systemd/systemd',
    state: ['systemctl --failed --quiet --plain --no-legend', ''],
    reboot: 'reboot',
  },
  'package-runit': {
    name: 'runit-init',
    program: '/usr/sbin/runit',
    state: ['sv status getty-ttyS0 | cut -d : -f 1', 'run'],
    reboot: '/usr/lib/runit/runit-init 6',
  },
};

/** Boots with the other init once, as the documents say; the commands of the package end that machine. */
export async function tellOfOtherInitOnce(machine: Machine, report: Report, other: OtherInit): Promise<void> {
  await machine.console.until(/boot-test login: $/, 0, PATIENCE * machine.slowness);
  await logIn(machine, 0);
  await checkTyped(
    machine,
    report,
    'the first process is the other init once',
    'readlink /proc/1/exe',
    other.diverted ?? other.program,
  );
  await checkTyped(machine, report, 'the commands are ours', 'readlink -f /sbin/reboot', '/usr/sbin/initctl');
  machine.type(`${other.reboot}\n`);
  report.equal('it reboots', await endOf(machine), 'reboot');
}

export async function tellOfPackage(machine: Machine, report: Report, other: OtherInit): Promise<void> {
  const { console, slowness } = machine;
  await console.until(/boot-test: entered runlevel 2\n/, 0, PATIENCE * slowness);
  await report.says('the first process is the one of the package', 'readlink /proc/1/exe', '/usr/sbin/upstart');
  await report.says('its files are as they were packed', 'dpkg --verify upstart-init', '');
  await report.says('the services of the distribution run', 'service cron status > /dev/null && echo cron', 'cron');
  const job = 'initctl status always';
  const { output: before } = await machine.run(job);
  await succeeds(machine, report, 'the package is installed over itself', `dpkg --install ${PACKAGE}`);
  await report.says('the init that runs is the new one', 'readlink /proc/1/exe', '/usr/sbin/upstart');
  await report.says('and its jobs are the same processes', job, before.trimEnd());
  const removed = await succeeds(machine, report, 'it is removed while it runs', 'dpkg --remove upstart-init');
  report.nothingWrong('which says how to end', removed.includes('/etc/init.d/rc 6') ? [] : [removed]);
  await report.says(
    'the other init has its files again',
    `dpkg --verify ${other.name} init-system-helpers | grep -v ' /usr/share/'`,
    '',
  );
  await report.says('no diversion is left', 'dpkg-divert --list | grep upstart', '');
  void machine.run('/etc/init.d/rc 6').catch(() => {});
  report.equal('it goes down in order', await endOf(machine), 'reboot');
  // Programs that run and have been removed keep it writable: the next boot replays its journal.
  report.nothingWrong('its file system has no error', errorsOf(machine.image));
}

/** The boot after the removal. */
export async function tellOfOtherInit(machine: Machine, report: Report, other: OtherInit): Promise<void> {
  await machine.console.until(/boot-test login: $/, 0, PATIENCE * machine.slowness);
  await logIn(machine, 0);
  const say = (name: string, command: string, wanted: string) => checkTyped(machine, report, name, command, wanted);
  await say('the first process is the other init', 'readlink /proc/1/exe', other.program);
  await say('which is well', ...other.state);
  await say('the package is purged', 'dpkg --purge upstart-init > /dev/null 2>&1 && echo purged', 'purged');
  await say('nothing is left of it', "find /etc /usr /var -path '*upstart*' ! -path '/var/lib/dpkg/*'", '');
  await say('the jobs of others are', 'ls /etc/init | xargs', 'always.conf channel.conf entered.conf');
  machine.type('poweroff\n');
  report.equal('poweroff ends the machine', await endOf(machine), 'poweroff');
  report.nothingWrong('its file system was left in order', leftOpen(machine.image));
}

/** Checks what a command prints that is typed. */
async function checkTyped(machine: Machine, report: Report, name: string, command: string, wanted: string) {
  const shown = await typeAt(machine, `${command}\n`, PROMPT);
  report.equal(name, shown.split('\n').slice(1, -1).join('\n'), wanted);
}

async function succeeds(guest: Guest, report: Report, name: string, script: string): Promise<string> {
  const { status, output } = await guest.run(`${script} 2>&1`);
  report.nothingWrong(name, status === 0 ? [] : output.split('\n'));
  return output;
}

async function endOf(machine: Machine): Promise<string> {
  const tooLong = setTimeout(() => machine.kill(), PATIENCE * 1000 * machine.slowness);
  const how = await machine.ended;
  clearTimeout(tooLong);
  return how;
}
