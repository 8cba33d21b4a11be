/** Programs of supervisord as jobs. */
import { GroupedJob } from '../job-file/grouped-job.ts';
import { argumentsStanza, isOneLine, scriptStanza, wordsOf } from '../job-file/words.ts';
import { Report } from '../report-builder.ts';
import type { Occasion, SourceFile, TranslatedFile, Translation } from '../translation.ts';
import { type IniSection, parseIni } from './ini.ts';
import { PROGRAM_ROWS, TOGETHER } from './program-rows.ts';

export interface SupervisordOptions {
  readonly occasion: Occasion;
  /** The folder of the file, which `%(here)s` stands for. */
  readonly folder: string;
}

/** Sections about supervisord itself. */
const OF_ITSELF = /^(?:supervisord|supervisorctl|unix_http_server|inet_http_server|rpcinterface:.*)$/;
/** Sections of processes that supervisord has a part in. */
const BOUND = /^(?:eventlistener|fcgi-program):/;
/** Names of programs that are those of jobs and of files. */
const NAME = /^\w[\w.@:+-]*$/;
/** The variable that tells the processes of one program apart. */
const NUMBER = 'N';
/** The processes of one program at most: more are a mistake. */
const MAX_PROCESSES = 1000;

export function fromSupervisord(files: readonly SourceFile[], options: SupervisordOptions): Translation {
  const report = new Report();
  const translated: TranslatedFile[] = [];
  const read = files.map(({ name, text }) => ({ name: name.replace(/^.*\//, ''), ...parseIni(text) }));
  const common = read.flatMap(({ name: file, sections }) =>
    sections
      .filter(({ name }) => name === 'supervisord')
      .flatMap(({ entries }) =>
        entries.filter(({ key }) => key === 'environment').map((entry) => ({ ...entry, file })),
      ),
  );
  for (const { name, sections, faults } of read) {
    for (const line of faults) report.refused(`${name}:${line}`, 'neither a section nor a key');
    for (const section of sections) {
      const place = `${name}:${section.line}: [${section.name}]`;
      const [, program] = /^program:(.+)$/.exec(section.name) ?? [];
      if (program !== undefined)
        translated.push(...jobsOf(program.trim(), section, name, { ...options, common }, report));
      else if (section.name.startsWith('group:'))
        report.approximated(place, 'no groups: name the jobs, or use a pattern');
      else if (OF_ITSELF.test(section.name)) report.approximated(place, 'about supervisord itself');
      else if (section.name === 'include') report.refused(place, 'name the files that it includes as well');
      else if (BOUND.test(section.name))
        report.refused(place, 'no such kind of process: event listeners and FastCGI sockets belong to supervisord');
      else report.refused(place, 'no section of supervisord');
    }
  }
  return { files: translated, report: report.lines };
}

/** An entry, and the file that it stands in. */
type PlacedEntry = IniSection['entries'][number] & { readonly file: string };

function jobsOf(
  name: string,
  section: IniSection,
  file: string,
  { occasion, folder, common }: SupervisordOptions & { readonly common: readonly PlacedEntry[] },
  report: Report,
): TranslatedFile[] {
  if (!NAME.test(name)) {
    report.refused(`${file}:${section.line}`, `${name}: a name of letters, digits and .-_@:+ is expected`);
    return [];
  }
  const job = new GroupedJob(name, `${name}, from ${file}:${section.line}`, section.comments);
  const at = (key: string): string =>
    `${file}:${section.entries.find((entry) => entry.key === key)?.line ?? section.line}: ${key}`;
  const given = new Map(section.entries.map(({ key, value }) => [key, value]));
  const count = Math.min(MAX_PROCESSES, Number(given.get('numprocs') ?? 1) || 1);
  const own = section.entries.map((entry) => ({ ...entry, file }));
  for (const { key, value, line, comments, file: from } of [...common, ...own]) {
    if (TOGETHER.includes(key)) continue;
    const row = PROGRAM_ROWS.find((each) => each.key === key);
    const place = `${from}:${line}: ${key}`;
    const text = plain(value, name, folder);
    if (row === undefined) report.refused(place, 'no stanza for it');
    else if (text === null) report.refused(place, `${value}: an expression that no stanza has`);
    else {
      const outcome = row.read(text, job, comments);
      const words = row.note ?? row.becomes;
      if (outcome === true) report.add(row.fidelity, place, words);
      else report.add(outcome.kind, place, outcome.text || words);
    }
  }
  if (!given.has('stopwaitsecs')) job.stanza('settings', 'kill timeout 10');
  if (!given.has('startsecs')) job.stanza('settings', 'ready after 1');
  addRespawn(job, given, at, report);
  const command = commandOf(given.get('command') ?? '', name, folder);
  if (command === null) {
    report.refused(at('command'), 'no command line that can be read');
    return [];
  }
  job.stanza('processes', command);
  report.exact(at('command'), 'exec');
  const isStarted = !/^(?:false|no|off|0)$/i.test(given.get('autostart') ?? 'true');
  report.exact(at('autostart'), isStarted && occasion.start !== null ? `start on ${occasion.start}` : 'no `start on`');
  const startOn = isStarted ? occasion.start : null;
  if (count === 1 && startOn !== null) job.stanza('conditions', `start on ${startOn}`);
  if (occasion.stop !== null) job.stanza('conditions', `stop on ${occasion.stop}`);
  for (const { stanza, why } of job.rejected) report.refused(`${at('command')}: ${stanza}`, why);
  if (count === 1) return [job.file()];
  job.stanza('instance', `instance $${NUMBER}`);
  report.approximated(at('numprocs'), `instances by $${NUMBER}, which the task ${name}-all starts`);
  return [job.file(), starterOf(name, count, Number(given.get('numprocs_start') ?? 0) || 0, startOn)];
}

/** The task that starts all processes of one program. */
function starterOf(name: string, count: number, first: number, startOn: string | null): TranslatedFile {
  const task = new GroupedJob(`${name}-all`, `Starts the ${count} processes of ${name}`);
  if (startOn !== null) task.stanza('conditions', `start on ${startOn}`);
  task.stanza('conditions', 'task');
  task.stanza(
    'processes',
    scriptStanza(`for n in $(seq ${first} ${first + count - 1}); do start ${name} ${NUMBER}=$n; done`),
  );
  return task.file();
}

function addRespawn(
  job: GroupedJob,
  given: ReadonlyMap<string, string>,
  at: (key: string) => string,
  report: Report,
): void {
  const restart = (given.get('autorestart') ?? 'unexpected').toLowerCase();
  const codes = (given.get('exitcodes') ?? '0').split(',').map((code) => code.trim());
  const isAlways = /^(?:true|yes|on|1)$/.test(restart);
  if (!isAlways && restart !== 'unexpected') {
    report.exact(at('autorestart'), 'no respawn');
    return;
  }
  job.stanza('settings', 'respawn');
  // Of init a count of 0 means that there is no limit.
  const retries = Math.max(1, Number(given.get('startretries') ?? 3));
  job.stanza('settings', 'respawn delay 1 10');
  job.stanza('settings', `respawn limit ${retries} 60`);
  report.approximated(
    at('startretries'),
    `respawn limit ${retries} 60: a program that runs for a while counts as well`,
  );
  if (!isAlways) {
    job.stanza('settings', `normal exit ${codes.join(' ')}`);
    report.exact(at('exitcodes'), `normal exit ${codes.join(' ')}`);
  }
  report.exact(at('autorestart'), 'respawn');
}

/** Values with expressions of Python; null: one of them has no value here. */
function plain(value: string, name: string, folder: string): string | null {
  const text = value
    .replaceAll('%(program_name)s', name)
    .replaceAll('%(group_name)s', name)
    .replaceAll('%(here)s', folder)
    .replaceAll('%%', '%');
  return /%\(/.test(text) ? null : text;
}

/** supervisord executes words, without a shell; its own expressions become variables of the shell. */
function commandOf(value: string, name: string, folder: string): string | null {
  const marked = value
    .replace(/%\(ENV_(\w+)\)s/g, '\uE000$1\uE001')
    .replace(/%\(process_num\)(\d+)d/g, '\uE000#$1\uE001')
    .replace(/%\(process_num\)[sd]/g, `\uE000${NUMBER}\uE001`)
    .replace(/%\(host_node_name\)s/g, '\uE000(hostname)\uE001');
  const text = plain(marked, name, folder);
  const words = text === null ? null : wordsOf(text.replaceAll('\n', ' '));
  if (words === null || words.length === 0) return null;
  const unmarked = argumentsStanza(words).replace(
    /\uE000([^\uE001]*)\uE001/g,
    (_, variable: string) => `'"$${variable.replace(/^#(\d+)$/, `(printf %$1d $${NUMBER})`)}"'`,
  );
  const line = unmarked.replaceAll("''", '');
  return line.startsWith('exec ') && !isOneLine(line) ? scriptStanza(line) : line;
}
