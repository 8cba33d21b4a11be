/** Whether a transcript shows events in the required order. Each function returns the violations. */

/** Says which of `lines` is missing, or comes before the one in front of it. */
export function inOrder(text: string, lines: readonly string[]): string[] {
  const places = lines.map((line) => text.indexOf(line));
  return lines.flatMap((line, at) => {
    if (places[at] === -1) return [`missing: ${line}`];
    const earlier = lines.slice(0, at).find((_, before) => places[before]! > places[at]!);
    return earlier === undefined ? [] : [`${line} before ${earlier}`];
  });
}

/** From a file of insserv (`.depend.boot`, `.depend.stop` …): the scripts that each script waits for. */
export function parseDepend(text: string): Map<string, string[]> {
  const rows = text.split('\n').flatMap((line) => {
    const [, script, others] = /^([\w.-]+): (.*)$/.exec(line) ?? [];
    return script === undefined ? [] : [[script, others!.split(' ')] as const];
  });
  return new Map(rows.map(([script, others]) => [script, [...others]]));
}

/**
 * Whether the scripts of `folder` (`/etc/rcS.d`) with these names (`S01cron`) have all run, each after the end of those that it waits for.
 * `last` is the one that does not come to its end.
 */
export function scriptsInOrder(
  text: string,
  folder: string,
  names: readonly string[],
  waits: ReadonlyMap<string, readonly string[]>,
  last = '',
): string[] {
  const serviceOf = (name: string): string => name.slice(3);
  const actionOf = (name: string): string => (name.startsWith('K') ? 'stop' : 'start');
  const begins = (name: string): number => text.indexOf(`${folder}/${name} ${actionOf(name)}\n`);
  const ends = (name: string): number => text.indexOf(`${folder}/${name} ${actionOf(name)} has ended\n`);
  return names.flatMap((name) => {
    if (begins(name) === -1) return [`${name} has not run`];
    if (ends(name) === -1 && serviceOf(name) !== last) return [`${name} has not ended`];
    const others = names.filter(
      (other) => other[0] === name[0] && waits.get(serviceOf(name))?.includes(serviceOf(other)),
    );
    return others.filter((other) => ends(other) > begins(name)).map((other) => `${name} before the end of ${other}`);
  });
}
