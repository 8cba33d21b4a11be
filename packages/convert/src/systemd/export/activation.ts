/** Units that start a service when something happens: sockets, timers and paths, and the events that they stand for. */
import { readSocketOperand } from '@upstart/common';
import { type EventLeaf, leafText, namedArguments } from '../../alternatives.ts';
import type { Report } from '../../report-builder.ts';
import { parseTimerSpan } from '../../timer-span.ts';
import { calendarOf } from '../calendar.ts';
import { secondsText } from '../unit/time.ts';

export interface Activation {
  readonly type: 'socket' | 'timer' | 'path';
  /** Lines of the section of its own type: what it waits for. */
  readonly lines: readonly (readonly [key: string, value: string])[];
  /** Settings of all that the unit waits for, as this event needs them; null: the default. */
  readonly settings: readonly (readonly [key: string, value: string | null])[];
  readonly isExact: boolean;
}

const READERS: Readonly<Record<string, (leaf: EventLeaf, report: Report, place: string) => Activation | null>> = {
  socket,
  timer,
  file,
};

/** `place` is that of the condition, for the report. Null: the event is none of these, or cannot be expressed; the report has the reason where there is one. */
export function activationOf(leaf: EventLeaf, report: Report, place: string): Activation | null {
  return Object.hasOwn(READERS, leaf.name) ? (READERS[leaf.name]?.(leaf, report, place) ?? null) : null;
}

function socket(leaf: EventLeaf): Activation | null {
  const operand = readSocketOperand(leaf.args);
  if ('text' in operand) return null;
  const named = namedArguments(leaf);
  const { place: address, file } = operand;
  const key = named.get('TYPE') === 'dgram' ? 'ListenDatagram' : 'ListenStream';
  const [, user = '', group = ''] = /^([^:]*):?(.*)$/.exec(file?.owner ?? '') ?? [];
  const settings: [string, string | null][] = [['FileDescriptorName', named.get('NAME') ?? null]];
  if (named.get('PROTO') === 'inet6') settings.push(['BindIPv6Only', 'ipv6-only']);
  if (file !== null)
    settings.push(
      ['SocketMode', `0${file.mode.toString(8)}`],
      ['SocketUser', user || null],
      ['SocketGroup', group || null],
    );
  return { type: 'socket', lines: [[key, inUnit(address)]], settings, isExact: true };
}

function timer(leaf: EventLeaf, report: Report, place: string): Activation | null {
  const named = namedArguments(leaf);
  const zone = named.get('ZONE');
  const lines: [string, string][] = [];
  const every = named.get('EVERY');
  const everyMs = every === undefined ? null : parseTimerSpan(every);
  if (everyMs !== null) lines.push(['OnActiveSec', secondsText(everyMs)], ['OnUnitActiveSec', secondsText(everyMs)]);
  else {
    const calendar = calendarOf(named.get('CRON') ?? null, named.get('AT') ?? null);
    if (typeof calendar !== 'string') {
      report.refused(place, `${leafText(leaf)}: ${calendar.why}`);
      return null;
    }
    lines.push(['OnCalendar', zone === undefined ? calendar : `${calendar} ${zone}`]);
  }
  const random = parseTimerSpan(named.get('RANDOM') ?? '');
  const settings: [string, string | null][] = [
    ['RandomizedDelaySec', random === null ? null : secondsText(random)],
    ['FixedRandomDelay', random === null ? null : 'true'],
    // The default would be up to a minute late.
    ['AccuracySec', '1s'],
  ];
  const isPersistent = named.get('PERSISTENT') === 'yes';
  if (everyMs === null) settings.push(['Persistent', isPersistent ? 'true' : null]);
  // systemd keeps turns of calendars alone.
  return { type: 'timer', lines, settings, isExact: everyMs === null || !isPersistent };
}

function file(leaf: EventLeaf): Activation | null {
  const named = namedArguments(leaf);
  const path = named.get('FILE');
  if (!path?.startsWith('/') || path.includes('$')) return null;
  const text = inUnit(path);
  const isPattern = /[*?[]/.test(path);
  const event = named.get('EVENT');
  // PathExists= would start a job again and again while the file is there; of patterns there is nothing else.
  if (event === 'create' && isPattern)
    return { type: 'path', lines: [['PathExistsGlob', text]], settings: [], isExact: false };
  if (event === 'delete' || isPattern) return null;
  return {
    type: 'path',
    lines: [[event === 'modify' ? 'PathModified' : 'PathChanged', text]],
    settings: [],
    isExact: event === 'modify',
  };
}

/** Units expand `%`. */
const inUnit = (path: string): string => path.replaceAll('%', '%%');

/** The settings of a unit for all of these, without defaults, and those that they need differently: the first one's count. */
export function commonSettings(activations: readonly Activation[]): {
  readonly settings: readonly (readonly [key: string, value: string])[];
  readonly differing: readonly string[];
} {
  const found = new Map<string, string | null>();
  const differing = new Set<string>();
  for (const [key, value] of activations.flatMap((each) => each.settings)) {
    if (!found.has(key)) found.set(key, value);
    else if (found.get(key) !== value) differing.add(key);
  }
  const settings = [...found].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
  return { settings, differing: [...differing] };
}
