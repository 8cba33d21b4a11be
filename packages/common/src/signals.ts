/**
 * Signal names (reference: job files §4.1). The first name of a number is the one that is printed.
 */
const NAMES: readonly (readonly [string, number])[] = [
  ['HUP', 1],
  ['INT', 2],
  ['QUIT', 3],
  ['ILL', 4],
  ['TRAP', 5],
  ['ABRT', 6],
  ['IOT', 6],
  ['BUS', 7],
  ['FPE', 8],
  ['KILL', 9],
  ['USR1', 10],
  ['SEGV', 11],
  ['USR2', 12],
  ['PIPE', 13],
  ['ALRM', 14],
  ['TERM', 15],
  ['STKFLT', 16],
  ['CHLD', 17],
  ['CLD', 17],
  ['CONT', 18],
  ['STOP', 19],
  ['TSTP', 20],
  ['TTIN', 21],
  ['TTOU', 22],
  ['URG', 23],
  ['XCPU', 24],
  ['XFSZ', 25],
  ['VTALRM', 26],
  ['PROF', 27],
  ['WINCH', 28],
  ['IO', 29],
  ['POLL', 29],
  ['PWR', 30],
  ['SYS', 31],
];

export const SIGNAL_NAMES: readonly string[] = NAMES.map(([name]) => name);

export const SIGKILL = 9;

const NUMBER_OF = new Map(NAMES);
const NAME_OF = new Map([...NAMES].reverse().map(([name, number]) => [number, name]));

/** The number of a signal name, with or without `SIG`; undefined for any other word. */
export function signalNumber(name: string): number | undefined {
  return NUMBER_OF.get(name.startsWith('SIG') ? name.slice(3) : name);
}

/** The name without `SIG`; undefined for real-time and unknown signals. */
export function signalName(number: number): string | undefined {
  return NAME_OF.get(number);
}

/** `killed by the KILL signal`, or `killed by signal 40`. `signal`: its number, or its name without `SIG`. */
export function killedText(signal: number | string): string {
  const name = typeof signal === 'number' ? signalName(signal) : NUMBER_OF.has(signal) ? signal : undefined;
  return name === undefined ? `killed by signal ${signal}` : `killed by the ${name} signal`;
}
