/** The bridges by the names that they are called by (reference: bridges §1.1), as a table: options, texts, and the sources that they run. */
import type { OptionSpec } from '@upstart/common';
import type { SourceName } from '@upstart/job-language';

/** Which init gets the events. */
export type Init = 'system' | 'session' | 'by-option';

export interface Program {
  readonly name: string;
  readonly synopsis: string;
  readonly options: readonly OptionSpec[];
  readonly help: string;
  /** The names of its sources; null: the words of the command line, or all that jobs name. */
  readonly sources: readonly SourceName[] | null;
  readonly init: Init;
  /** The text where `UPSTART_SESSION` is needed and not set. */
  readonly isUnset: string;
  /** Whether the pid file goes when the program ends. */
  readonly removesPidFile: boolean;
}

const DAEMON: OptionSpec = { long: 'daemon', description: 'Detach and run in the background' };
const USER: OptionSpec = { long: 'user', description: 'Connect to user session' };
const NO_STRIP: OptionSpec = {
  long: 'no-strip',
  description: 'Do not strip non-printable bytes from udev message data',
};
const COLDPLUG: OptionSpec = {
  long: 'coldplug',
  description: 'Emit an added event for each device that is there when the source udev starts',
};
const ALWAYS: OptionSpec = { long: 'always', description: 'Always emit an event on receipt of D-Bus signal' };
const BUS_NAME: OptionSpec = {
  long: 'bus-name',
  value: 'name',
  description: 'Bus name to specify in event environment',
};
const SESSION_BUS: OptionSpec = { long: 'session', description: 'Use D-Bus session bus' };
const SYSTEM_BUS: OptionSpec = { long: 'system', description: 'Use D-Bus system bus' };
const EVENT: OptionSpec = {
  long: 'event',
  value: 'EVENT',
  description: 'specify name of event to emit / target to generate on receipt of name=value pair',
};
const ANY_USER: OptionSpec = { long: 'any-user', description: 'allow any user to connect' };
const PATH: OptionSpec = {
  long: 'path',
  value: 'PATH',
  valueKind: 'file',
  description: 'specify path for local/abstract socket to use',
};

const UNSET = "UPSTART_SESSION isn't set in environment";

/** The closing text of all helps, which calls the file bridge by another name. */
const closing = (name: string): string =>
  [
    `By default, ${name} does not detach from the console and remains`,
    'in the foreground.  Use the --daemon option to have it detach.',
    '',
    'Report bugs to <upstart-devel@lists.ubuntu.com>',
  ].join('\n');

function program(
  name: string,
  synopsis: string,
  rest: Partial<Program> & Pick<Program, 'options' | 'sources'>,
): Program {
  return { name, synopsis, init: 'by-option', isUnset: UNSET, removesPidFile: true, help: closing(name), ...rest };
}

export const PROGRAMS: readonly Program[] = [
  program('upstart-bridge', 'Bridge what happens outside of init into upstart', {
    options: [ALWAYS, ANY_USER, BUS_NAME, COLDPLUG, DAEMON, EVENT, NO_STRIP, PATH, SESSION_BUS, SYSTEM_BUS, USER],
    sources: null,
    help: [
      'Runs the sources of events that are named, or those that some job needs: each watches something outside',
      'of init, and emits events for the jobs whose conditions name them.',
    ].join('\n'),
  }),
  program('upstart-udev-bridge', 'Bridge udev events into upstart', {
    options: [DAEMON, NO_STRIP, USER],
    sources: ['udev'],
    removesPidFile: false,
  }),
  program('upstart-socket-bridge', 'Bridge socket events into upstart', {
    options: [DAEMON],
    sources: ['socket'],
    init: 'system',
    removesPidFile: false,
  }),
  program('upstart-file-bridge', 'Bridge inotify events into upstart', {
    options: [DAEMON, USER],
    sources: ['file'],
    help: closing('upstart-inotify-bridge'),
  }),
  program('upstart-dbus-bridge', 'Bridge D-Bus signals into upstart', {
    options: [ALWAYS, DAEMON, BUS_NAME, USER, SESSION_BUS, SYSTEM_BUS],
    sources: ['dbus'],
    isUnset: 'UPSTART_SESSION is not set in environment',
  }),
  program('upstart-event-bridge', 'Bridge system upstart events into the user session upstart', {
    options: [DAEMON],
    sources: ['event'],
    init: 'session',
  }),
  program('upstart-local-bridge', 'Local socket Upstart Bridge & systemd generator', {
    options: [DAEMON, EVENT, ANY_USER, PATH],
    sources: ['local'],
    init: 'system',
    removesPidFile: false,
  }),
];

/** The program that is called by this name; under any other name it is `upstart-bridge`. */
export function programOf(name: string): Program {
  return PROGRAMS.find((one) => one.name === name) ?? (PROGRAMS[0] as Program);
}
