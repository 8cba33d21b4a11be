/** The time at the start of a line of a log. Init adds none, so only lines of programs that write one have it. */

/** A time after so many characters is not that of the line. */
const LOOKED_AT = 200;
const DAY_MS = 86_400_000;

interface Form {
  readonly pattern: RegExp;
  /** Milliseconds since the epoch; NaN for an impossible time. */
  time(found: RegExpExecArray, now: Date): number;
}

const FORMS: readonly Form[] = [
  // 2026-11-29T01:16:36.123Z, [2026-11-29 01:16:36,123]; without a zone it is that of this machine.
  {
    pattern: /^\W?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))? ?(Z|[+-]\d\d:?\d\d)?/,
    time: ([, date, clock, fraction = '', zone = '']) =>
      Date.parse(`${date}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}${zone.replace(/^(.\d\d)(\d\d)$/, '$1:$2')}`),
  },
  // {"level":30,"time":1795914996123,…} or {"time":"2026-11-29T01:16:36Z",…}
  {
    pattern: /^\{(?:[^{}]*,)? ?"(?:time|timestamp|ts|@timestamp)": ?(?:"([^"]+)"|(\d{12,14})\b)/,
    time: ([, text, number]) => (text === undefined ? Number(number) : Date.parse(text)),
  },
  // Nov 29 01:16:36, as syslog has it: of this year, or of the last one if that is still to come.
  {
    pattern: /^(?:<\d+>)?([A-Z][a-z]{2} [ \d]\d) (\d\d:\d\d:\d\d)\b/,
    time([, day, clock], now) {
      const year = now.getFullYear();
      const atMs = Date.parse(`${day} ${year} ${clock}`);
      return atMs - now.getTime() > DAY_MS ? Date.parse(`${day} ${year - 1} ${clock}`) : atMs;
    },
  },
];

/** Milliseconds since the epoch; null for a line without a time at its start. */
export function timeOfLine(line: string, now: Date): number | null {
  const beginning = line.slice(0, LOOKED_AT);
  for (const { pattern, time } of FORMS) {
    const found = pattern.exec(beginning);
    const atMs = found ? time(found, now) : Number.NaN;
    if (!Number.isNaN(atMs)) return atMs;
  }
  return null;
}
