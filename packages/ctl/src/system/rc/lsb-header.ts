/** The header of an init script with its dependencies (Linux Standard Base, "Comment conventions for init scripts"). */

export interface LsbHeader {
  provides: readonly string[];
  requiredStart: readonly string[];
  requiredStop: readonly string[];
  /** Scripts that it has to precede. */
  startBefore: readonly string[];
  stopAfter: readonly string[];
  /** It asks something: nothing else may write to the console meanwhile. */
  interactive: boolean;
}

const BEGIN = '### BEGIN INIT INFO';
const END = '### END INIT INFO';

/** The keywords that add to a list, by that list. `Should-…` counts like `Required-…`: nothing waits for a missing script. */
const LISTS = new Map<string, Exclude<keyof LsbHeader, 'interactive'>>([
  ['provides', 'provides'],
  ['required-start', 'requiredStart'],
  ['should-start', 'requiredStart'],
  ['required-stop', 'requiredStop'],
  ['should-stop', 'requiredStop'],
  ['x-start-before', 'startBefore'],
  ['x-stop-after', 'stopAfter'],
]);

/** Reads the header of a script's text; null when it has none. */
export function parseLsbHeader(text: string): LsbHeader | null {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const begin = lines.indexOf(BEGIN);
  const end = lines.indexOf(END, begin);
  if (begin < 0 || end < 0) return null;
  const lists: Record<string, string[]> = {};
  let interactive = false;
  for (const line of lines.slice(begin + 1, end)) {
    const [, keyword = '', rest = ''] = /^#\s*([\w-]+):\s*(.*)$/.exec(line) ?? [];
    const list = LISTS.get(keyword.toLowerCase());
    const words = rest.split(/\s+/).filter((word) => word !== '');
    if (list !== undefined) lists[list] = [...(lists[list] ?? []), ...words];
    if (keyword.toLowerCase() === 'x-interactive') interactive = words[0] === 'true' || words[0] === 'yes';
  }
  const of = (list: string): string[] => lists[list] ?? [];
  return {
    provides: of('provides'),
    requiredStart: of('requiredStart'),
    requiredStop: of('requiredStop'),
    startBefore: of('startBefore'),
    stopAfter: of('stopAfter'),
    interactive,
  };
}
