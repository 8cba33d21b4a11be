/** Sockets, timers and paths as operands of `start on`. */
import { readSocketOperand } from '@upstart/common';
import { parseTimer } from '@upstart/job-language';
import { wordsOf } from '../../job-file/words.ts';
import { timerOf } from '../calendar.ts';
import { parseSpan, secondsText, timerSpan } from '../unit/time.ts';
import { clearedSection, type Directive, lastOf, type Unit } from '../unit/unit-file.ts';
import type { KnownUnit, UnitSet } from './unit-set.ts';

/** The operands for all units that start a service. */
export function activationsOf(service: KnownUnit, set: UnitSet): string[] {
  const sockets = set.activatorsOf(service, 'socket').flatMap((each) => socketOperands(each, set));
  if (sockets.length > 1)
    set.report.approximated(
      `${service.unit.name}: sockets`,
      'the program gets the one with the connection, not all of them',
    );
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

/** A path or a name with the specifiers that mean the same in all units; null: it has others. */
function plainPath(value: string): string | null {
  const path = value.replace(/^%t(?=\/)/, '/run');
  return /^(?:[^%]|%%)*$/.test(path) ? path.replaceAll('%%', '%') : null;
}

/** The types of sockets that the event knows, by their directives. */
const SOCKET_TYPES: Readonly<Record<string, string>> = { ListenStream: '', ListenDatagram: ' TYPE=dgram' };
/** What is translated with the sockets, or means nothing here. */
const SOCKET_SETTINGS = [
  ...['Accept', 'Service', 'BindIPv6Only', 'Backlog', 'RemoveOnStop'],
  ...['SocketMode', 'SocketUser', 'SocketGroup', 'FileDescriptorName'],
];

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
  const more = settingsOfSockets(unit);
  return clearedSection(unit, 'Socket', (key) => key.startsWith('Listen')).flatMap(({ key, value, place }) => {
    const at = `${place}: ${key}`;
    if (Object.hasOwn(SOCKET_TYPES, key)) {
      const operand = listenOperand(value, v6only);
      const text =
        operand === null ? '' : `${operand.text}${SOCKET_TYPES[key]}${operand.hasFile ? more.file : ''}${more.all}`;
      if (operand === null || 'text' in readSocketOperand(wordsOf(text)?.slice(1) ?? [])) {
        report.refused(at, `${value}: no address that the event socket knows`);
        return [];
      }
      const note = operand.note ?? (operand.hasFile ? more.note : '');
      report.add(note === '' ? 'exact' : 'approximated', at, `start on ${text}${note}`);
      return [text];
    }
    if (/^Listen/.test(key)) report.refused(at, 'only sockets of streams and of datagrams are listened on');
    else if (!SOCKET_SETTINGS.includes(key)) report.refused(at, 'the event socket has no such setting');
    return [];
  });
}

/** The words for all sockets of a unit, and for those with a file. */
function settingsOfSockets(unit: Unit): { readonly all: string; readonly file: string; readonly note: string } {
  const value = (key: string): string => lastOf(unit, 'Socket', key)?.value ?? '';
  const [name, user, group] = [value('FileDescriptorName'), value('SocketUser'), value('SocketGroup')];
  const mode = (value('SocketMode') || '0666').replace(/^0(?=[0-7]{3}$)/, '');
  const owner = group === '' ? user : `${user}:${group}`;
  return {
    all: name === '' ? '' : ` ${operandWord(`NAME=${name}`)}`,
    // As `socket` has it without the word.
    file: `${mode === '755' ? '' : ` MODE=${mode}`}${owner === '' ? '' : ` ${operandWord(`OWNER=${owner}`)}`}`,
    note: user !== '' && group === '' ? `: its group stays that of init, not that of ${user}` : '',
  };
}

interface ListenOperand {
  readonly text: string;
  /** Whether it is a Unix socket with a file. */
  readonly hasFile: boolean;
  readonly note?: string;
}

function listenOperand(value: string, v6only: boolean): ListenOperand | null {
  const path = plainPath(value);
  if (path !== null && /^[/@]/.test(path))
    return { text: `socket PROTO=unix ${operandWord(`PATH=${path}`)}`, hasFile: path.startsWith('/') };
  const [, literal, host, port] = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):)?(\d+)$/.exec(value) ?? [];
  if (port === undefined) return null;
  if (literal !== undefined) {
    const text = `socket PROTO=inet6 PORT=${port}${literal === '::' ? '' : ` ADDR=${literal}`}`;
    const isOfBoth = !v6only && literal === '::';
    return { text, hasFile: false, ...(isOfBoth && { note: ': of IPv6 only' }) };
  }
  if (host !== undefined)
    return { text: `socket PROTO=inet PORT=${port}${host === '0.0.0.0' ? '' : ` ADDR=${host}`}`, hasFile: false };
  const note = ': of IPv4 only; add `or socket PROTO=inet6` for both';
  return { text: `socket PROTO=inet PORT=${port}`, hasFile: false, note };
}

const MONOTONIC = ['OnActiveSec', 'OnBootSec', 'OnStartupSec', 'OnUnitActiveSec', 'OnUnitInactiveSec'];
const TIMER_SETTINGS = ['Persistent', 'RandomizedDelaySec', 'FixedRandomDelay', 'Unit', 'AccuracySec'];

function timerOperands({ unit }: KnownUnit, { report }: UnitSet): string[] {
  const persistent = lastOf(unit, 'Timer', 'Persistent');
  const randomMs = finiteSpan(lastOf(unit, 'Timer', 'RandomizedDelaySec')?.value ?? '0') ?? 0;
  const random = randomMs > 0 ? [`RANDOM=${timerSpan(randomMs)}`] : [];
  const operands: string[] = [];
  /** Adds the operand, without RANDOM= where the timer does not take that. */
  const add = (at: string, words: readonly string[], note: string): void => {
    const fault = faultOfTimer([...words, ...random]);
    const ownFault = fault === null ? null : faultOfTimer(words);
    if (ownFault !== null) {
      report.refused(at, ownFault);
      return;
    }
    operands.push(['timer', ...words, ...(fault === null ? random : [])].map(operandWord).join(' '));
    const text = `${note}${fault === null ? '' : `, without RandomizedDelaySec=: ${fault}`}`;
    report.add(text === '' ? 'exact' : 'approximated', at, `start on ${operands.at(-1)}${text}`);
  };
  const repeats = ['OnUnitActiveSec', 'OnUnitInactiveSec'].some((key) => lastOf(unit, 'Timer', key) !== undefined);
  for (const { key, value, place } of clearedSection(unit, 'Timer', (each) => /^On\w+$/.test(each))) {
    const at = `${place}: ${key}`;
    const spanMs = MONOTONIC.includes(key) ? finiteSpan(value) : null;
    if (key === 'OnCalendar') {
      const timer = timerOf(value);
      if ('why' in timer) report.refused(at, `${value}: ${timer.why}`);
      else add(at, [...timer.words, ...(isYes(persistent) ? ['PERSISTENT=yes'] : [])], '');
    } else if (spanMs !== null && key.startsWith('OnUnit')) {
      const isExact = key === 'OnUnitActiveSec' && spanMs >= 1000 && spanMs % 1000 === 0;
      add(at, [`EVERY=${timerSpan(spanMs)}`], isExact ? '' : ', counted from the start of the job, in whole seconds');
    } else if (spanMs !== null && repeats) {
      const every = parseSpan(lastOf(unit, 'Timer', 'OnUnitActiveSec')?.value ?? '');
      if (every === spanMs) report.exact(at, 'the first turn of EVERY=');
      else report.approximated(at, `the first turn comes after the time of EVERY=, not after ${secondsText(spanMs)} s`);
    } else if (spanMs !== null) report.refused(at, 'no timer for one turn');
    else if (!TIMER_SETTINGS.includes(key)) report.refused(at, 'the event timer has no such setting');
  }
  return operands;
}

/** Why a timer with these words would never be due; null: it is. */
function faultOfTimer(words: readonly string[]): string | null {
  const parsed = parseTimer(words);
  return 'fault' in parsed ? parsed.fault.text : null;
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
  return clearedSection(unit, 'Path', (key) => Object.hasOwn(PATH_EVENTS, key)).flatMap(({ key, value, place }) => {
    if (key === 'Unit' || key === 'MakeDirectory') return [];
    const at = `${place}: ${key}`;
    const path = plainPath(value);
    const row = Object.hasOwn(PATH_EVENTS, key) ? PATH_EVENTS[key] : undefined;
    if (row === undefined || path === null) {
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
