/** Boots, checks and takes down; the last line counts. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBase } from './base.ts';
import type { Guest } from './guest.ts';
import { bootMachine, type Machine } from './machine.ts';
import { bootNamespaces } from './namespaces.ts';
import { Report } from './report.ts';
import { KINDS, whyNot } from './requirements.ts';
import { Story } from './story.ts';

/** Seconds until something answers that is typed. */
const PATIENCE = 10;
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
    rmSync(folder, { recursive: true, force: true });
  }
}

async function boot(kind: string, folder: string): Promise<number> {
  const base = timed('base', () => findBase(HERE));
  const root = join(folder, 'root');
  timed('root', () =>
    execFileSync('bash', [join(HERE, 'compose-root.sh'), base.folder, root], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  const begin = performance.now();
  const machine = kind === 'machine' ? await bootMachine(root, base.vmlinuz, folder) : null;
  const guest = machine ?? (await bootNamespaces(HERE, root, folder));
  const report = new Report(guest);
  void guest.ended.then((how) => guest.console.end(how));
  // A caller that ends this driver wants no machine to be left.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => guest.kill());
  try {
    await tell(new Story(guest, report), guest, machine, report);
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
  if (machine) await lookAround(machine, report);
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

/** A file system that was not made read-only at the end has to be put in order at the next boot. */
function leftOpen(image: string): string[] {
  const header = execFileSync('dumpe2fs', ['-h', image], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return /^Filesystem state: +clean$/m.test(header) && !/needs_recovery/.test(header) ? [] : [header];
}

const PROMPT = /root@boot-test:~# $/;

/** On the serial console, as a person does. `from` is where the prompt may be. */
async function logIn(machine: Machine, from: number): Promise<void> {
  await machine.console.until(/boot-test login: $/, from, PATIENCE * machine.slowness);
  await typeAt(machine, 'root\n', PROMPT);
}

/** Types `text`; returns the text of the console once `prompt` is there. */
async function typeAt({ console, type, slowness }: Machine, text: string, prompt: RegExp): Promise<string> {
  const from = console.here;
  type(text);
  await console.until(prompt, from, PATIENCE * slowness);
  return console.since(from);
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
