/** Type= and Exec*= as the processes of a job. */

import type { GroupedJob } from '../../job-file/grouped-job.ts';
import type { Report } from '../../report-builder.ts';
import { parseSpan, secondsText } from '../unit/time.ts';
import { type Directive, lastOf, type Unit, valuesOf } from '../unit/unit-file.ts';
import { type ShellCommand, shellCommands, stanzaOf } from './commands.ts';
import type { SpecifierContext } from './specifiers.ts';

/** The kinds of services. */
export type ServiceKind = 'service' | 'task' | 'state';

/** A oneshot service that stays active is a state of the system: a job without a main process. */
export function kindOf(unit: Unit): ServiceKind {
  if (typeOf(unit) !== 'oneshot') return 'service';
  return /^(?:yes|true|on|1)$/i.test(lastOf(unit, 'Service', 'RemainAfterExit')?.value ?? 'no') ? 'state' : 'task';
}

function typeOf(unit: Unit): string {
  const given = lastOf(unit, 'Service', 'Type')?.value;
  if (given !== undefined) return given;
  if (lastOf(unit, 'Service', 'BusName') !== undefined) return 'dbus';
  return valuesOf(unit, 'Service', 'ExecStart').length === 0 ? 'oneshot' : 'simple';
}

/** Exec*= that this file translates. */
export const EXEC_KEYS = [
  'ExecStartPre',
  'ExecStart',
  'ExecStartPost',
  'ExecStop',
  'ExecStopPost',
  'ExecReload',
] as const;
type ExecKey = (typeof EXEC_KEYS)[number];

/** Type= by what it becomes. */
export const TYPES: Readonly<Record<string, { readonly becomes: string; readonly note?: string }>> = {
  simple: { becomes: '' },
  exec: { becomes: '' },
  idle: { becomes: '', note: 'it does not wait for other jobs' },
  forking: {
    becomes: 'expect fork',
    note: 'assumes that the program forks once, as daemon(3) does; one that forks twice needs `expect daemon`',
  },
  oneshot: { becomes: 'task', note: 'with RemainAfterExit=yes a job without a main process' },
  notify: { becomes: 'expect notify' },
  'notify-reload': { becomes: 'expect notify', note: 'a reload is over at once' },
  dbus: { becomes: 'ready exec', note: 'dbus-send asks for the owner of the name' },
};

export class Processes {
  readonly #unit: Unit;
  readonly #context: SpecifierContext;
  readonly #draft: GroupedJob;
  readonly #report: Report;
  /** Commands that need more privileges than the service has. */
  readonly privileged: ShellCommand[] = [];

  constructor(unit: Unit, context: SpecifierContext, draft: GroupedJob, report: Report) {
    this.#unit = unit;
    this.#context = context;
    this.#draft = draft;
    this.#report = report;
  }

  /** `preparations`: lines of the shell before all others. */
  add(preparations: readonly string[]): void {
    const kind = kindOf(this.#unit);
    this.#type(kind);
    const before = preparations.map(
      (line): ShellCommand => ({
        line,
        mayFail: false,
        isPrivileged: false,
        own: null,
        losses: [],
        isList: line.includes(' || '),
      }),
    );
    const start = this.#commands('ExecStartPre', 'pre-start');
    const main = this.#commands('ExecStart', kind === 'state' ? 'pre-start' : 'exec');
    const isNothing = (command: ShellCommand): boolean =>
      kind === 'state' && /^(?:\/usr)?\/bin\/true$/.test(command.line);
    if (kind === 'state') this.#stanza([...before, ...start, ...main.filter((each) => !isNothing(each))], 'pre-start');
    else {
      const profile = start.find(isAppArmor);
      if (profile !== undefined) this.#draft.stanza('settings', `apparmor load ${profile.line.split(' ').at(-1)}`);
      this.#stanza([...before, ...start.filter((each) => each !== profile)], 'pre-start');
      this.#stanza(main);
    }
    this.#stanza(this.#commands('ExecStartPost', 'post-start'), 'post-start');
    const stop = this.#stops();
    // pre-stop runs only while there is a main process.
    if (kind === 'state') this.#stanza([...stop, ...this.#commands('ExecStopPost', 'post-stop')], 'post-stop');
    else {
      this.#stanza(stop, 'pre-stop');
      this.#stanza(this.#commands('ExecStopPost', 'post-stop'), 'post-stop');
    }
    this.#reload(kind);
  }

  #type(kind: ServiceKind): void {
    const type = typeOf(this.#unit);
    const given = lastOf(this.#unit, 'Service', 'Type');
    const place = `${given?.place ?? this.#unit.name}: Type`;
    const row = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
    if (row === undefined) {
      this.#report.refused(place, `${type}: no such type`);
      return;
    }
    const own = lastOf(this.#unit, 'Service', 'X-Upstart-Expect')?.value;
    const note = own === undefined && (type !== 'oneshot' || kind === 'state') ? row.note : undefined;
    if (kind === 'task') this.#draft.stanza('conditions', 'task', given?.comments);
    else if (type === 'forking')
      this.#draft.stanza('settings', own === undefined ? 'expect fork' : `expect ${own}`, given?.comments);
    else if (type.startsWith('notify')) this.#draft.stanza('settings', 'expect notify', given?.comments);
    else if (type === 'dbus') {
      const bus = this.#context.init === 'system' ? '--system' : '--session';
      const name = lastOf(this.#unit, 'Service', 'BusName')?.value ?? '';
      this.#draft.stanza(
        'settings',
        `ready exec dbus-send ${bus} --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.GetNameOwner string:${name}`,
      );
    }
    if (given !== undefined || note !== undefined)
      this.#report.add(
        note === undefined || type === 'oneshot' ? 'exact' : 'approximated',
        place,
        `${row.becomes || 'as any job'}${note === undefined ? '' : `: ${note}`}`,
      );
    this.#notify(type, kind);
  }

  #notify(type: string, kind: ServiceKind): void {
    const access = lastOf(this.#unit, 'Service', 'NotifyAccess');
    if (access !== undefined) {
      const word = access.value === 'exec' ? 'all' : access.value;
      if (word === 'main' || word === 'all') this.#draft.stanza('settings', `notify access ${word}`, access.comments);
      this.#report.add(
        access.value === 'exec' ? 'approximated' : 'exact',
        `${access.place}: NotifyAccess`,
        `notify access ${word}`,
      );
    }
    const timeout = lastOf(this.#unit, 'Service', 'TimeoutStartSec') ?? lastOf(this.#unit, 'Service', 'TimeoutSec');
    const ms = timeout === undefined ? DEFAULT_START_MS : parseSpan(timeout.value);
    const isAwaited = type.startsWith('notify') || type === 'dbus';
    if (isAwaited && kind === 'service') {
      const seconds = ms === null || ms === 0 ? Number.POSITIVE_INFINITY : ms / 1000;
      this.#draft.stanza(
        'settings',
        `ready timeout ${seconds >= MAX_READY_S ? MAX_READY_S : secondsText(ms as number)}`,
        timeout?.comments,
      );
    }
    if (timeout === undefined) return;
    const isEndless = ms === Number.POSITIVE_INFINITY || ms === 0;
    if (timeout.key === 'TimeoutSec' && isEndless && lastOf(this.#unit, 'Service', 'TimeoutStopSec') === undefined)
      this.#report.refused(`${timeout.place}: TimeoutSec`, 'a stop cannot wait without an end: kill timeout 90');
    const isExact = isAwaited || isEndless;
    this.#report.add(
      isExact ? 'exact' : 'approximated',
      `${timeout.place}: ${timeout.key}`,
      isAwaited ? 'ready timeout' : isExact ? 'none, as for any job' : 'hooks before the start have no timeout',
    );
  }

  #commands(key: ExecKey, stanza: string): ShellCommand[] {
    return valuesOf(this.#unit, 'Service', key).flatMap((directive) => this.#command(directive, stanza));
  }

  #command({ key, value, place }: Directive, stanza: string): ShellCommand[] {
    const at = `${place}: ${key}`;
    const commands = shellCommands(value, this.#context);
    if (typeof commands === 'string') {
      this.#report.refused(at, commands);
      return [];
    }
    return commands.filter((command) => {
      const { losses, isPrivileged, line } = command;
      for (const loss of losses) this.#report.approximated(at, loss);
      if (isPrivileged && this.#context.user !== null && key === 'ExecStartPre' && !isAppArmor(command)) {
        this.privileged.push(command);
        this.#report.approximated(at, 'in the task that prepares the job, before all other commands');
        return false;
      }
      if (isPrivileged && this.#context.user !== null)
        this.#report.refused(at, 'it has the privileges of `setuid` only');
      else if (/\$\{?MAINPID\b/.test(line))
        this.#report.approximated(at, `${stanza}, with the pid that \`status\` tells`);
      else if (losses.length === 0) this.#report.exact(at, stanza);
      return true;
    });
  }

  /** A stop by a signal alone is `kill signal`. */
  #stops(): ShellCommand[] {
    const stops = valuesOf(this.#unit, 'Service', 'ExecStop');
    const [only] = stops;
    const signal = stops.length === 1 ? killedWith(only?.value ?? '') : null;
    if (signal === null || kindOf(this.#unit) !== 'service') return this.#commands('ExecStop', 'pre-stop');
    if (signal !== 'TERM') this.#draft.stanza('settings', `kill signal ${signal}`);
    this.#report.exact(`${only?.place}: ExecStop`, `kill signal ${signal}`);
    return [];
  }

  #reload(kind: ServiceKind): void {
    const reloads = valuesOf(this.#unit, 'Service', 'ExecReload');
    const signals = reloads.map(({ value }) => (kind === 'state' ? null : killedWith(value)));
    const signal = signals.find((each) => each !== null) ?? null;
    if (signal !== null && signal !== 'HUP')
      this.#draft.stanza('settings', `reload signal ${signal}`, reloads[0]?.comments);
    for (const [at, { place }] of reloads.entries()) {
      const where = `${place}: ExecReload`;
      if (signals[at] !== null) this.#report.exact(where, `reload signal ${signals[at]}`);
      else if (signal !== null) this.#report.approximated(where, 'left out: a reload is the signal alone');
      else this.#report.refused(where, 'a reload is a signal, and no command');
    }
  }

  #stanza(commands: readonly ShellCommand[], hook?: string): void {
    if (commands.length === 0) return;
    const needsPid = commands.some(({ line }) => /\$\{?MAINPID\b/.test(line));
    const all = needsPid ? [MAIN_PID, ...commands] : commands;
    const stanza = stanzaOf(all, hook);
    if (stanza === null)
      this.#report.refused(`${this.#unit.name}: ${hook ?? 'ExecStart'}`, 'a line of it would end its script');
    else this.#draft.stanza('processes', stanza);
  }
}

const DEFAULT_START_MS = 90_000;
const MAX_READY_S = 86_400;

/** What `apparmor load` executes. */
function isAppArmor({ line }: ShellCommand): boolean {
  return /^\/sbin\/apparmor_parser -r -W \S+$/.test(line);
}

/** Sets $MAINPID, which init does not. */
const MAIN_PID: ShellCommand = {
  line: `MAINPID=$(status "$UPSTART_JOB" | sed -n 's/.*, process //p')`,
  ...{ mayFail: false, isPrivileged: false, own: null, losses: [] },
};

/** The signal that a command sends to the main process and does nothing else; null: it does. */
function killedWith(value: string): string | null {
  const [, name] =
    /^-?(?:\/usr)?(?:\/bin\/)?kill\s+(?:-s\s*|--signal[= ]|-)?(?:SIG)?([A-Z][A-Z0-9]*)\s+"?\$\{?MAINPID\}?"?$/.exec(
      value,
    ) ?? [];
  return name ?? (/^-?(?:\/usr)?\/bin\/kill\s+"?\$\{?MAINPID\}?"?$/.test(value) ? 'TERM' : null);
}
