/** OnCalendar= of timers (systemd.time(7)), and CRON= and AT= of the event `timer`: what one says, as far as the other can. */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const CLOCK = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/;

const CRON_SHORTHANDS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** The calendar event for one of the two, or why there is none. */
export function calendarOf(cron: string | null, at: string | null): string | { readonly why: string } {
  const [, hour, minute, second = '00'] = CLOCK.exec(at ?? '') ?? [];
  if (hour !== undefined && minute !== undefined) return `*-*-* ${hour.padStart(2, '0')}:${minute}:${second}`;
  const words = (CRON_SHORTHANDS[cron ?? ''] ?? cron ?? '').toLowerCase().trim().split(/\s+/);
  if (words.length !== 5 && words.length !== 6) return { why: 'no time that a calendar has' };
  const [s, m, h, day, month, weekday] = (words.length === 6 ? words : ['0', ...words]) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (day !== '*' && weekday !== '*') return { why: 'cron means one or the other of the two days, a calendar both' };
  const parts = [field(month, 1, MONTHS), field(day, 1, []), field(h, 0, []), field(m, 0, []), field(s, 0, [])];
  const days = weekday === '*' ? '' : weekdays(weekday);
  if (days === null || parts.some((part) => part === null)) return { why: 'a field that a calendar cannot express' };
  const [inMonth, inDay, inHour, inMinute, inSecond] = parts as string[];
  return `${days === '' ? '' : `${days} `}*-${inMonth}-${inDay} ${inHour}:${inMinute}:${inSecond}`;
}

/** A field of cron as one of a calendar: `*`, `1,2`, `1..5`, `0/15`. */
function field(text: string, first: number, names: readonly string[]): string | null {
  if (text === '*') return '*';
  const parts = text.split(',').map((part) => {
    const [range = '', step] = part.split('/');
    const [from = '', to] = range.split('-').map((end) => numberOf(end, first, names));
    if (range === '*') return step === undefined ? '*' : `${pad(first)}/${step}`;
    if (from === null || to === null) return null;
    const text = to === undefined ? pad(Number(from)) : `${pad(Number(from))}..${pad(Number(to))}`;
    return step === undefined ? text : `${text}/${step}`;
  });
  return parts.includes(null) ? null : parts.join(',');
}

function numberOf(word: string, first: number, names: readonly string[]): number | null {
  if (/^\d+$/.test(word)) return Number(word);
  const at = names.indexOf(word);
  return at < 0 ? null : at + first;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

function weekdays(text: string): string | null {
  const parts = text.split(',').map((part) => {
    const ends = part
      .split('-')
      .map((end) => (/^[0-7]$/.test(end) ? Number(end) % 7 : DAY_NAMES.indexOf(end.slice(0, 3))));
    if (part.includes('/') || ends.some((end) => end < 0) || ends.length > 2) return null;
    const [from = 0, to] = ends;
    // 5-7 is Friday to Sunday.
    if (to === undefined) return DAYS[from] as string;
    return `${DAYS[from]}..${DAYS[to]}`;
  });
  return parts.includes(null) ? null : parts.join(',');
}

const SHORTHANDS: Readonly<Record<string, string>> = {
  minutely: '*-*-* *:*:00',
  hourly: '*-*-* *:00:00',
  daily: '*-*-* 00:00:00',
  weekly: 'Mon *-*-* 00:00:00',
  monthly: '*-*-01 00:00:00',
  yearly: '*-01-01 00:00:00',
  annually: '*-01-01 00:00:00',
  quarterly: '*-01,04,07,10-01 00:00:00',
  semiannually: '*-01,07-01 00:00:00',
};
const WEEKDAYS = /^((?:mon|tue|wed|thu|fri|sat|sun)[a-z]*(?:(?:,|\.\.|-)[a-z]+)*),?(?=\s|$)\s*/i;
const ZONE = /\s+(UTC|[A-Z][A-Za-z_]+\/[A-Za-z_/+-]+)$/;

export interface TimerWords {
  /** `AT=03:00`, `CRON="0 3 * * 1"`, and ZONE. */
  readonly words: readonly string[];
}

/** The operand for a calendar event, or why there is none. */
export function timerOf(calendar: string): TimerWords | { readonly why: string } {
  const zone = ZONE.exec(calendar)?.[1];
  let rest = calendar.replace(ZONE, '').trim();
  rest = SHORTHANDS[rest.toLowerCase()] ?? rest;
  const weekday = WEEKDAYS.exec(rest)?.[1];
  rest = rest.replace(WEEKDAYS, '').trim();
  if (rest === '') rest = '*-*-* 00:00:00';
  const [first = '', second] = rest.split(/\s+/);
  const [date, time] =
    second !== undefined ? [first, second] : first.includes(':') ? ['*-*-*', first] : [first, '00:00:00'];
  const dateFields = date.split('-');
  const [year, month, day] = (dateFields.length === 2 ? ['*', ...dateFields] : dateFields) as string[];
  const [hour, minute, inSecond = '00'] = time.split(':');
  if (year !== '*') return { why: 'cron has no years' };
  if (day?.includes('~')) return { why: 'cron cannot count days from the end of a month' };
  if (rest.split(/\s+/).length > 2) return { why: 'no calendar event that is known' };
  if (inSecond.includes('.') || [month, day, hour, minute].includes(undefined))
    return { why: 'no calendar event that is known' };
  if (weekday !== undefined && day !== '*') return { why: 'a calendar means both days, cron one or the other' };
  const days = weekday === undefined ? '*' : cronDays(weekday);
  const fields = [inSecond, minute, hour, day, month].map((text, at) => cronField(text as string, at < 3 ? 0 : 1));
  if (days === null || fields.includes(null)) return { why: 'no calendar event that is known' };
  const [s, m, h, d, mon] = fields as string[];
  const zoneWords = zone === undefined ? [] : [`ZONE=${zone}`];
  const isTime = /^\d+$/.test(s as string) && /^\d+$/.test(m as string) && /^\d+$/.test(h as string);
  if (isTime && d === '*' && mon === '*' && days === '*') {
    const clock = [h, m, ...(s === '0' ? [] : [s])].map((part) => pad(Number(part))).join(':');
    return { words: [`AT=${clock}`, ...zoneWords] };
  }
  return { words: [`CRON=${[...(s === '0' ? [] : [s]), m, h, d, mon, days].join(' ')}`, ...zoneWords] };
}

/** `first`: the lowest number of the field. */
function cronField(text: string, first: number): string | null {
  if (text === '*') return '*';
  const parts = text.split(',').map((part) => {
    const [, from, to, step] = /^(\d+|\*)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (from === undefined) return null;
    if (step === undefined) return to === undefined ? String(Number(from)) : `${Number(from)}-${Number(to)}`;
    if (from === '*' || (to === undefined && Number(from) === first)) return `*/${step}`;
    return to === undefined ? null : `${Number(from)}-${Number(to)}/${step}`;
  });
  return parts.includes(null) ? null : parts.join(',');
}

function cronDays(text: string): string | null {
  const parts = text
    .toLowerCase()
    .split(',')
    .map((part) => {
      const ends = part.split(/\.\.|-/).map((day) => DAY_NAMES.indexOf(day.slice(0, 3)));
      if (ends.some((end) => end < 0) || ends.length > 2) return null;
      const [from = 0, to] = ends;
      if (to === undefined) return DAY_NAMES[from] as string;
      if (from <= to) return `${DAY_NAMES[from]}-${DAY_NAMES[to]}`;
      // A range over the end of the week: its days one by one.
      const days: string[] = [];
      for (let day = from; day !== (to + 1) % 7; day = (day + 1) % 7) days.push(DAY_NAMES[day] as string);
      return days.join(',');
    });
  return parts.includes(null) ? null : parts.join(',');
}
