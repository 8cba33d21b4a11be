/** Sockets, timers and paths as operands of `start on`. */

import { timerOf } from '../calendar.ts';
import { parseSpan, secondsText, timerSpan } from '../unit/time.ts';
import { type Directive, lastOf } from '../unit/unit-file.ts';
import type { KnownUnit, UnitSet } from './unit-set.ts';

/** The operands for all units that start a service. */
export function activationsOf(service: KnownUnit, set: UnitSet): string[] {
  const sockets = set.activatorsOf(service, 'socket').flatMap((each) => socketOperands(each, set));
  const timers = set.activatorsOf(service, 'timer').flatMap((each) => timerOperands(each, set));
  const paths = set.activatorsOf(service, 'path').flatMap((each) => pathOperands(each, set));
  return [...sockets, ...timers, ...paths];
}

/** A word of a condition: `CRON="0 3 * * *"`. */
function operandWord(word: string): string {
  const equals = word.indexOf('=');
  return /[\s()"'#\\]/.test(word)
    ? `${word.slice(0, equals + 1)}"${word.slice(equals + 1).replaceAll('"', '')}"`
    : word;
}

const isYes = (directive: Directive | undefined): boolean => /^(?:yes|true|on|1)$/i.test(directive?.value ?? '');

function socketOperands({ unit }: KnownUnit, { report }: UnitSet): string[] {
  const accept = lastOf(unit, 'Socket', 'Accept');
  if (accept !== undefined && isYes(accept)) {
    report.refused(
      `${accept.place}: Accept`,
      'no process for each connection: the program has to accept connections itself',
    );
    return [];
  }
  const v6only = lastOf(unit, 'Socket', 'BindIPv6Only')?.value === 'ipv6-only';
  return unit.directives.flatMap((directive) => {
    const { section, key, value, place } = directive;
    if (section !== 'Socket') return [];
    const at = `${place}: ${key}`;
    if (key === 'ListenStream') {
      const operand = listenOperand(value, v6only);
      if (operand === null) report.refused(at, `${value}: no address that the event socket knows`);
      else
        report.add(
          operand.note === undefined ? 'exact' : 'approximated',
          at,
          `start on ${operand.text}${operand.note ?? ''}`,
        );
      return operand === null ? [] : [operand.text];
    }
    if (/^Listen/.test(key)) report.refused(at, 'only sockets that streams connect to are listened on');
    else if (key === 'SocketMode' || key === 'SocketUser' || key === 'SocketGroup')
      report.refused(at, 'a socket belongs to root, with the mode of its umask');
    else if (!['Accept', 'Service', 'BindIPv6Only', 'Backlog', 'RemoveOnStop'].includes(key))
      report.refused(at, 'the event socket has no such setting');
    return [];
  });
}

function listenOperand(value: string, v6only: boolean): { text: string; note?: string } | null {
  const path = value.replace(/^%t(?=\/)/, '/run');
  if (path.startsWith('/') && !path.includes('%')) return { text: `socket PROTO=unix ${operandWord(`PATH=${path}`)}` };
  const [, literal, host, port] = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):)?(\d+)$/.exec(value) ?? [];
  if (port === undefined) return null;
  if (literal !== undefined) {
    const text = `socket PROTO=inet6 PORT=${port}${literal === '::' ? '' : ` ADDR=${literal}`}`;
    return v6only || literal !== '::' ? { text } : { text, note: ': of IPv6 only' };
  }
  if (host !== undefined) return { text: `socket PROTO=inet PORT=${port}${host === '0.0.0.0' ? '' : ` ADDR=${host}`}` };
  return { text: `socket PROTO=inet PORT=${port}`, note: ': of IPv4 only; add `or socket PROTO=inet6` for both' };
}

const MONOTONIC = ['OnActiveSec', 'OnBootSec', 'OnStartupSec', 'OnUnitActiveSec', 'OnUnitInactiveSec'];
const TIMER_SETTINGS = ['Persistent', 'RandomizedDelaySec', 'FixedRandomDelay', 'Unit', 'AccuracySec'];

function timerOperands({ unit }: KnownUnit, { report }: UnitSet): string[] {
  const persistent = lastOf(unit, 'Timer', 'Persistent');
  const randomMs = finiteSpan(lastOf(unit, 'Timer', 'RandomizedDelaySec')?.value ?? '0') ?? 0;
  const more = [
    ...(isYes(persistent) ? ['PERSISTENT=yes'] : []),
    ...(randomMs > 0 ? [`RANDOM=${timerSpan(randomMs)}`] : []),
  ];
  const operands: string[] = [];
  const repeats = ['OnUnitActiveSec', 'OnUnitInactiveSec'].some((key) => lastOf(unit, 'Timer', key) !== undefined);
  for (const { section, key, value, place } of unit.directives) {
    if (section !== 'Timer') continue;
    const at = `${place}: ${key}`;
    const spanMs = MONOTONIC.includes(key) ? finiteSpan(value) : null;
    if (key === 'OnCalendar') {
      const timer = timerOf(value);
      if ('why' in timer) report.refused(at, `${value}: ${timer.why}`);
      else {
        operands.push(['timer', ...timer.words, ...more].map(operandWord).join(' '));
        report.exact(at, `start on ${operands.at(-1)}`);
      }
    } else if (spanMs !== null && key.startsWith('OnUnit')) {
      operands.push(
        ['timer', `EVERY=${timerSpan(spanMs)}`, ...more.filter((word) => !word.startsWith('PERS'))].join(' '),
      );
      const isExact = key === 'OnUnitActiveSec' && spanMs >= 1000 && spanMs % 1000 === 0;
      report.add(
        isExact ? 'exact' : 'approximated',
        at,
        `start on ${operands.at(-1)}${isExact ? '' : ', counted from the start of the job, in whole seconds'}`,
      );
    } else if (spanMs !== null && repeats) {
      const every = parseSpan(lastOf(unit, 'Timer', 'OnUnitActiveSec')?.value ?? '');
      if (every === spanMs) report.exact(at, 'the first turn of EVERY=');
      else report.approximated(at, `the first turn comes after the time of EVERY=, not after ${secondsText(spanMs)} s`);
    } else if (spanMs !== null) report.refused(at, 'no timer for one turn');
    else if (!TIMER_SETTINGS.includes(key)) report.refused(at, 'the event timer has no such setting');
  }
  return operands;
}

/** Null: it never comes, or is no length of time. */
function finiteSpan(text: string): number | null {
  const ms = parseSpan(text);
  return ms === null || Number.isFinite(ms) ? ms : null;
}

/** Directives of paths by the event of a file; null: there is none. */
const PATH_EVENTS: Readonly<Record<string, readonly [event: string, note: string | null]>> = {
  PathExists: [' EVENT=create', 'when it appears, and at the start if it is there'],
  PathExistsGlob: [' EVENT=create', 'when one appears, and at the start for one that is there'],
  PathChanged: ['', 'also when the file is deleted'],
  PathModified: [' EVENT=modify', null],
  DirectoryNotEmpty: [' EVENT=create', 'when an entry appears'],
};

function pathOperands({ unit }: KnownUnit, { report }: UnitSet): string[] {
  return unit.directives.flatMap(({ section, key, value, place }) => {
    if (section !== 'Path' || key === 'Unit' || key === 'MakeDirectory') return [];
    const at = `${place}: ${key}`;
    const path = value.replace(/^%t(?=\/)/, '/run');
    const row = Object.hasOwn(PATH_EVENTS, key) ? PATH_EVENTS[key] : undefined;
    if (row === undefined || path.includes('%')) {
      report.refused(at, 'the event file has no such setting');
      return [];
    }
    const folder = key === 'DirectoryNotEmpty' && !path.endsWith('/') ? '/' : '';
    const operand = `file ${operandWord(`FILE=${path}${folder}`)}${row[0]}`;
    report.add(
      row[1] === null ? 'exact' : 'approximated',
      at,
      `start on ${operand}${row[1] === null ? '' : `: ${row[1]}`}`,
    );
    return [operand];
  });
}
