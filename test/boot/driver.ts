/** Boots, checks and takes down; the last line counts. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../remove-folder.ts';
import { findBase } from './base.ts';
import { tellOfDevices } from './devices.ts';
import type { Guest } from './guest.ts';
import { leftOpen, logIn, PROMPT, typeAt } from './keyboard.ts';
import { bootMachine, type Machine, makeImage } from './machine.ts';
import { bootNamespaces } from './namespaces.ts';
import { OTHER_INITS, tellOfOtherInit, tellOfOtherInitOnce, tellOfPackage } from './package.ts';
import { Report } from './report.ts';
import { KINDS, whyNot } from './requirements.ts';
import { importAll, tellOfServices, unitsOfServices } from './services.ts';
import { Story } from './story.ts';

const HERE = join(process.env.UPSTART_CHECKOUT ?? '.', 'test/boot');

export const USAGE = `usage: node test/boot/run.mjs ${KINDS.join('|')}`;

export async function main([kind = '', ...rest]: string[]): Promise<number> {
  if (!KINDS.includes(kind) || rest.length > 0) {
    console.error(USAGE);
    return 2;
  }
  const reason = whyNot(kind);
  if (reason !== null) {
    console.error(`not booted: ${reason}`);
    return 1;
  }
  const folder = mkdtempSync(join(tmpdir(), 'boot-'));
  execFileSync('chmod', ['711', folder]);
  try {
    return await boot(kind, folder);
  } finally {
    removeFolder(folder);
  }
}

async function boot(kind: string, folder: string): Promise<number> {
  if (kind === 'services') return bootServices(folder);
  const base = timed('base', () => findBase(HERE));
  const root = join(folder, 'root');
  const other = OTHER_INITS[kind];
  const compose = other ? ['compose-package-root.sh', other.name] : ['compose-root.sh'];
  timed('root', () =>
    execFileSync('bash', [join(HERE, compose[0] as string), base.folder, root, ...compose.slice(1)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  if (kind === 'namespaces') {
    const guest = await bootNamespaces(HERE, root, folder);
    return judged(guest, kind, (report) => tell(new Story(guest, report), guest, null, report));
  }
  if (kind === 'machine') cpSync(join(HERE, 'machine-jobs'), join(root, 'etc/init'), { recursive: true });
  const image = makeImage(root, folder);
  if (other) {
    const once = await bootMachine(image, base.vmlinuz, folder, '/sbin/init.distrib');
    const status = await judged(once, kind, (report) => tellOfOtherInitOnce(once, report, other));
    if (status > 0) return status;
  }
  const machine = await bootMachine(image, base.vmlinuz, folder);
  if (!other) return judged(machine, kind, (report) => tell(new Story(machine, report), machine, machine, report));
  const first = await judged(machine, kind, (report) => tellOfPackage(machine, report, other));
  if (first > 0) return first;
  const after = await bootMachine(image, base.vmlinuz, folder);
  return judged(after, kind, (report) => tellOfOtherInit(after, report, other));
}

async function bootServices(folder: string): Promise<number> {
  const base = timed('base', () => findBase(HERE, 'prepare-services.sh'));
  const root = join(folder, 'root');
  const units = join(base.folder, 'units');
  const words = [join(HERE, 'compose-services-root.sh'), base.folder, root, ...unitsOfServices(units)];
  timed('root', () => execFileSync('bash', words, { stdio: ['ignore', 'ignore', 'inherit'] }));
  const guest = await bootNamespaces(HERE, root, folder);
  return judged(guest, 'services', async (report) => {
    await tellOfServices(guest, report);
    importAll(join(HERE, '../../dist/bin/upstart'), units, report);
  });
}

/** Has the story told of a guest; the status to exit with. */
async function judged(guest: Guest, kind: string, story: (report: Report) => Promise<void>): Promise<number> {
  const begin = performance.now();
  const report = new Report(guest);
  void guest.ended.then((how) => guest.console.end(how));
  // A caller that ends this driver wants no machine to be left.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => guest.kill());
  try {
    await story(report);
  } catch (error) {
    report.nothingWrong('the story comes to its end', [(error as Error).message]);
  } finally {
    guest.kill();
    await guest.ended;
  }
  console.log(`from the start to the end: ${seconds(begin)} s`);
  if (report.failed > 0) keep(guest, kind);
  console.log(`${report.passed} passed, ${report.failed} failed`);
  return report.failed > 0 ? 1 : 0;
}

async function tell(story: Story, guest: Guest, machine: Machine | null, report: Report): Promise<void> {
  const begin = performance.now();
  await story.boot();
  if (machine) {
    await lookAround(machine, report);
    await tellOfDevices(machine, report);
  }
  console.log(`booted and looked at: ${seconds(begin)} s`);
  await story.deaths();
  await story.toThree();
  await story.reexecute();
  await story.toSingleUser();
  const single = guest.console.here;
  if (machine) await story.backToTwo(() => leaveShell(machine), 'N');
  else await story.backToTwo(() => guest.run('telinit 2'), 'S');
  if (machine) await logIn(machine, single);
  await story.end(async () => (machine ? machine.type('poweroff\n') : guest.run('poweroff')));
  if (machine) report.nothingWrong('its file system was left in order', leftOpen(machine.image));
}

async function lookAround(machine: Machine, report: Report): Promise<void> {
  await report.says('the root file system is writable', 'findmnt -n -o OPTIONS / | cut -d, -f1', 'rw');
  await report.says('it has been checked before', 'grep -c "/dev/nvme0n1: clean" /var/log/fsck/checkroot', '1');
  await logIn(machine, 0);
  for (const command of ['initctl list', 'status db']) {
    const shown = await typeAt(machine, `${command}\n`, PROMPT);
    report.nothingWrong(
      `${command} on the serial console`,
      /^db +start\/running, process \d+$/m.test(shown) ? [] : [shown],
    );
  }
}

/** Ends the shell of the single-user mode, so that the boot continues. */
async function leaveShell(machine: Machine): Promise<void> {
  await typeAt(machine, '\n', /# $/);
  machine.type('exit\n');
}

function timed<T>(name: string, work: () => T): T {
  const begin = performance.now();
  const result = work();
  console.log(`${name}: ${seconds(begin)} s`);
  return result;
}

const seconds = (begin: number): string => ((performance.now() - begin) / 1000).toFixed(1);

/** For the analysis of a failure. */
function keep(guest: Guest, kind: string): void {
  const file = join(tmpdir(), `boot-${kind}-${process.pid}.log`);
  writeFileSync(file, guest.console.since(0));
  console.log(`the console: ${file}`);
}
