/** Units that start a service when something happens: sockets, timers and paths, and the events that they stand for. */
import { type EventLeaf, leafText, namedArguments } from '../../alternatives.ts';
import type { Report } from '../../report-builder.ts';
import { parseTimerSpan } from '../../timer-span.ts';
import { calendarOf } from '../calendar.ts';
import { secondsText } from '../unit/time.ts';

export interface Activation {
  readonly type: 'socket' | 'timer' | 'path';
  /** Lines of the section of its own type. */
  readonly lines: readonly (readonly [key: string, value: string])[];
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

function socket(leaf: EventLeaf, report: Report, place: string): Activation | null {
  const named = namedArguments(leaf);
  const [proto, port, address] = [named.get('PROTO'), named.get('PORT'), named.get('ADDR')];
  const path = named.get('PATH') ?? named.get('SOCKET_PATH');
  const known = ['PROTO', 'PORT', 'ADDR', 'PATH', 'SOCKET_PATH'];
  const isExact = [...named.keys()].every((key) => known.includes(key)) && leaf.args.length === named.size;
  const notify = 'the program gets LISTEN_FDS instead of UPSTART_FDS';
  if (proto === 'unix' && path?.startsWith('/')) return { type: 'socket', lines: [['ListenStream', path]], isExact };
  if ((proto !== 'inet' && proto !== 'inet6') || port === undefined || !/^\d+$/.test(port)) {
    report.approximated(place, `${leafText(leaf)}: ${notify}`);
    return null;
  }
  const host = address ?? (proto === 'inet' ? '0.0.0.0' : '[::]');
  const listen: [string, string] = [
    'ListenStream',
    `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`,
  ];
  return { type: 'socket', lines: proto === 'inet6' ? [listen, ['BindIPv6Only', 'ipv6-only']] : [listen], isExact };
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
  if (random !== null) lines.push(['RandomizedDelaySec', secondsText(random)], ['FixedRandomDelay', 'true']);
  if (named.get('PERSISTENT') === 'yes') lines.push(['Persistent', 'true']);
  // The default would be up to a minute late.
  lines.push(['AccuracySec', '1s']);
  return { type: 'timer', lines, isExact: true };
}

function file(leaf: EventLeaf): Activation | null {
  const named = namedArguments(leaf);
  const path = named.get('FILE');
  if (!path?.startsWith('/') || path.includes('$')) return null;
  const isPattern = /[*?[]/.test(path);
  const event = named.get('EVENT');
  // PathExists= would start a job again and again while the file is there; of patterns there is nothing else.
  if (event === 'create' && isPattern) return { type: 'path', lines: [['PathExistsGlob', path]], isExact: false };
  if (event === 'delete' || isPattern) return null;
  return {
    type: 'path',
    lines: [[event === 'modify' ? 'PathModified' : 'PathChanged', path]],
    isExact: event === 'modify',
  };
}
