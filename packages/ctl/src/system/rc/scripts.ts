/** The scripts of a run level: the links in `/etc/rcN.d`, and which of them a change of the level runs. */
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type LsbHeader, parseLsbHeader } from './lsb-header.ts';

export type Action = 'start' | 'stop';

export interface Script {
  /** The name without `S20`. */
  service: string;
  path: string;
  number: number;
  action: Action;
  header: LsbHeader | null;
}

/** The script for services that have a job: their scripts are links to it, or leave the service to the job. */
const SHIM = 'upstart-job';
const LINK = /^([KS])(\d\d)(.+)$/;
/** Leftovers of packages and editors. */
const LEFTOVER = /(?:\.dpkg-\w+|\.rpm\w+|~|\.bak|\.orig|\.sw[op])$/;

export interface RunlevelFolders {
  /** Above `rcN.d`. */
  etc: string;
  /** Where a job of the same name takes the place of a script. */
  jobs: string;
}

export const FOLDERS: RunlevelFolders = { etc: '/etc', jobs: '/etc/init' };

/** Everything that entering `level` from `previous` runs, stops before starts, each in the order of their numbers. */
export function scriptsOf(level: string, previous: string, folders = FOLDERS): { stop: Script[]; start: Script[] } {
  const here = linksOf(level, folders);
  const before = previous === 'N' ? [] : linksOf(previous, folders);
  const has = (links: Link[], kind: string, service: string): boolean =>
    links.some((link) => link.kind === kind && link.service === service);
  const goingDown = level === '0' || level === '6';
  const stops = here.filter(
    // One that was stopped in the level before is not running.
    ({ kind, service }) => kind === 'K' && !(has(before, 'K', service) && !has(before, 'S', service)),
  );
  const starts = here.filter(
    // One that was started in the level before, and has not been stopped now, runs.
    ({ kind, service }) => kind === 'S' && (goingDown || !has(before, 'S', service) || has(here, 'K', service)),
  );
  const own = ({ path, service }: Link): boolean => !isJob(path, service, folders);
  return {
    stop: stops.filter(own).map((link) => toScript(link, 'stop')),
    // On the way down even the S scripts are there to end things.
    start: starts.filter(own).map((link) => toScript(link, goingDown ? 'stop' : 'start')),
  };
}

/** A link in `/etc/rcN.d`. */
interface Link {
  kind: string;
  number: number;
  service: string;
  path: string;
}

/** The links of a level, in the order of their numbers. */
export function linksOf(level: string, { etc }: RunlevelFolders): Link[] {
  const folder = join(etc, `rc${level}.d`);
  const links = namesIn(folder).flatMap((name): Link[] => {
    const [, kind, number, service] = LINK.exec(name) ?? [];
    if (kind === undefined || service === undefined || LEFTOVER.test(name)) return [];
    return [{ kind, number: Number(number), service, path: join(folder, name) }];
  });
  return links.sort((a, b) => a.number - b.number || (a.path < b.path ? -1 : 1));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Whether a job takes the place of the script. */
export function isJob(path: string, service: string, { jobs }: RunlevelFolders): boolean {
  const name = service.replace(/\.sh$/, '');
  if (namesIn(jobs).includes(`${name}.conf`)) return true;
  try {
    return realpathSync(path).endsWith(`/${SHIM}`);
  } catch {
    return false;
  }
}

function toScript({ service, path, number }: Link, action: Action): Script {
  return { service, path, number, action, header: headerOf(path) };
}

function headerOf(path: string): LsbHeader | null {
  try {
    return parseLsbHeader(readFileSync(path, 'latin1'));
  } catch {
    return null;
  }
}
