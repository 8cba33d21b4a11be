/** The page of one job. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { encoded } from '../src/http/url-text.ts';
import {
  type Entry,
  follow,
  get,
  getText,
  type JobStatus,
  path,
  pathOf,
  post,
  type Row,
  type Simulation,
} from './api.tsx';
import { Entries } from './entries.tsx';
import { live, useLive, useLoaded } from './live.tsx';
import { age, bytes, Dialog, kindOf, Mark, Trouble } from './parts.tsx';
import { Usage } from './usage.tsx';

/** Lines of a log that the page keeps. */
const MAX_LINES = 1000;
const FIRST_LINES = 200;
const MAX_ENTRIES = 100;

export function Job({ job }: { job: string }) {
  const rows = useLive(() => live.jobs.get(job));
  const isLoaded = useLive(() => live.isLoaded);
  const entries = useLive(() => live.entries);
  // Whatever happens to the job changes its rows, or is an entry.
  const lastId = entries.findLast((entry) => entry.kind === 'event' || entry.job === job)?.id ?? 0;
  const deps = [job, rows, lastId];
  const why = useLoaded(() => getText(pathOf(job, '/explain.txt')), deps);
  const status = useLoaded(() => get<JobStatus>(pathOf(job, '/status')), deps);
  if (isLoaded && rows === undefined)
    return (
      <>
        <h1>{job}</h1>
        <p>There is no job of that name.</p>
      </>
    );
  return (
    <>
      <h1>{job}</h1>
      <Actions job={job} rows={rows ?? []} />
      <section aria-labelledby="why">
        <h2 id="why">Why</h2>
        <Trouble text={why.error} />
        <pre class="wrap">{why.value}</pre>
      </section>
      <section aria-labelledby="instances">
        <h2 id="instances">Instances and processes</h2>
        {rows?.map((row) => (
          <Instance key={row.instance} row={row} status={status.value} />
        ))}
      </section>
      {rows?.some(({ state }) => state !== null) && <Usage key={`usage ${job}`} job={job} />}
      <Logs key={job} job={job} />
      <History job={job} live={entries} />
      <File key={`file ${job}`} job={job} />
    </>
  );
}

function Instance({ row, status }: { row: Row; status: JobStatus | null }) {
  const processes = status?.instances.find(({ name }) => name === row.instance)?.processes ?? [];
  return (
    <p>
      <Mark kind={kindOf(row)} /> {row.instance === '' ? '' : <strong>{row.instance} </strong>}
      {row.state}
      {row.since === null ? '' : ` for ${age(row.since)}`}
      {row.respawns > 0 ? `, respawned ${row.respawns}×` : ''}
      {row.memoryBytes === null ? '' : `, ${bytes(row.memoryBytes)} of memory`}
      {row.cpuMs === null ? '' : `, ${(row.cpuMs / 1000).toFixed(1)}s of processor time`}
      {processes.map(({ slot, pid }) => (
        <span key={slot}>
          , {slot} process {pid}
        </span>
      ))}
      {row.checks.map(({ check, healthy, answer }) => (
        <span class="check" key={check}>
          {healthy === false ? '✕ unhealthy' : healthy === true ? '● healthy' : '… not known'}: {check}
          {answer === null ? '' : ` (${answer})`}
        </span>
      ))}
    </p>
  );
}

interface Action {
  readonly name: string;
  readonly change: 'start' | 'stop' | 'restart' | 'reload';
  readonly force?: boolean;
  /** What it does to a job that others may depend on is asked about. */
  readonly asks: boolean;
}

const ACTIONS: readonly Action[] = [
  { name: 'Start', change: 'start', asks: false },
  { name: 'Stop', change: 'stop', asks: true },
  { name: 'Restart', change: 'restart', asks: true },
  { name: 'Reload', change: 'reload', asks: false },
  { name: 'Stop by force', change: 'stop', force: true, asks: true },
];

function Actions({ job, rows }: { job: string; rows: readonly Row[] }) {
  const [asked, setAsked] = useState<Action | null>(null);
  const [said, setSaid] = useState('');
  const [error, setError] = useState('');
  const isReadOnly = useLive(() => live.version?.isReadOnly === true);
  const running = rows.filter(({ state }) => state !== null && state !== 'stop/waiting');
  const [instance, setInstance] = useState<string | null>(null);
  const chosen = running.find((row) => row.instance === instance) ?? running[0];
  const act = async ({ name, change, force }: Action): Promise<void> => {
    setError('');
    setSaid(`${name}: in progress`);
    try {
      const target = change === 'start' || chosen === undefined ? {} : { instance: chosen.instance };
      await post(pathOf(job, `/${change}`), { ...target, ...(force ? { force } : {}) });
      setSaid(`${name}: done`);
    } catch (thrown) {
      setSaid('');
      setError((thrown as Error).message);
    }
  };
  if (isReadOnly) return <p>Nothing can be changed here: the dashboard is read-only.</p>;
  return (
    <>
      <div class="buttons">
        {running.length > 1 && (
          <label>
            Instance{' '}
            <select value={chosen?.instance} onChange={(event) => setInstance(event.currentTarget.value)}>
              {running.map((row) => (
                <option key={row.instance}>{row.instance}</option>
              ))}
            </select>
          </label>
        )}
        {ACTIONS.map((action) => (
          <button
            type="button"
            key={action.name}
            disabled={action.change !== 'start' && running.length === 0}
            onClick={() => (action.asks ? setAsked(action) : void act(action))}
          >
            {action.name}
          </button>
        ))}
        <span role="status">{said}</span>
      </div>
      <Trouble text={error} />
      {asked !== null && (
        <Dialog
          title={`${asked.name} ${job}?`}
          confirm={asked.name}
          isDangerous={asked.change === 'stop'}
          onClose={(isConfirmed) => {
            setAsked(null);
            if (isConfirmed) void act(asked);
          }}
        >
          {asked.force && <p>Hooks that hang are killed, too.</p>}
          <Outlook job={job} type={asked.change} />
        </Dialog>
      )}
    </>
  );
}

/** What would happen, by a simulation. */
function Outlook({ job, type }: { job: string; type: string }) {
  const { value, error } = useLoaded(
    () => post<Simulation>(path('/simulate'), { actions: [{ type, job }] }),
    [job, type],
  );
  return (
    <>
      <p>What would happen:</p>
      <pre class="wrap outlook">{value?.lines.join('\n') ?? (error || '…')}</pre>
    </>
  );
}

interface LogLine {
  readonly log: string;
  readonly text: string;
}

function Logs({ job }: { job: string }) {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const box = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    let waiting: LogLine[] = [];
    let frame = 0;
    const show = (): void => {
      const come = waiting;
      waiting = [];
      frame = 0;
      setLines((before) => [...before, ...come].slice(-MAX_LINES));
    };
    const heard = (name: string, data: unknown): void => {
      if (name !== 'line') return;
      waiting.push(data as LogLine);
      if (frame === 0) frame = requestAnimationFrame(show);
    };
    const resume = (url: string, lastId: string): string => `${url}&after=${encodeURIComponent(lastId)}`;
    const url = pathOf(job, `/logs/follow?lines=${FIRST_LINES}`);
    const end = follow(url, ['line', 'hello'], heard, () => {}, resume);
    return () => {
      end();
      cancelAnimationFrame(frame);
    };
  }, [job]);
  useEffect(() => {
    if (isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  const logs = new Set(lines.map(({ log }) => log));
  return (
    <section aria-labelledby="log">
      <h2 id="log">Log</h2>
      <pre
        class="log"
        ref={box}
        tabIndex={0}
        role="log"
        aria-label={`Log of ${job}`}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          isAtEnd.current = scrollTop + clientHeight > scrollHeight - 20;
        }}
      >
        {lines.length === 0
          ? 'Nothing has been logged yet.'
          : lines.map(({ log, text }) => `${logs.size > 1 ? `${log} | ` : ''}${text}\n`).join('')}
      </pre>
    </section>
  );
}

function History({ job, live: recent }: { job: string; live: readonly Entry[] }) {
  const { value } = useLoaded(
    () => get<{ entries: Entry[] }>(path(`/history?limit=${MAX_ENTRIES}&job=${encoded(job)}`)),
    [job],
  );
  const known = value?.entries ?? [];
  const lastKnown = known.at(-1)?.id ?? 0;
  const since = recent.filter((entry) => entry.id > lastKnown && entry.kind !== 'event' && entry.job === job);
  return (
    <section aria-labelledby="history">
      <h2 id="history">History</h2>
      <Entries entries={[...known, ...since].slice(-MAX_ENTRIES)} />
    </section>
  );
}

interface Checked {
  readonly errors?: readonly { line?: number; message?: string; text?: string }[];
  readonly warnings?: readonly { line?: number; message?: string; text?: string }[];
}

function File({ job }: { job: string }) {
  const { value, error } = useLoaded(
    () => get<{ path: string; text: string; checked: Checked[] }>(pathOf(job, '/file')),
    [job],
  );
  const found = (value?.checked ?? []).flatMap(({ errors = [], warnings = [] }) => [
    ...errors.map((each) => ({ ...each, kind: '✕ error' })),
    ...warnings.map((each) => ({ ...each, kind: '△ warning' })),
  ]);
  return (
    <section aria-labelledby="file">
      <h2 id="file">File</h2>
      <Trouble text={error} />
      <p>{value?.path}</p>
      {found.length > 0 && (
        <ul>
          {found.map(({ kind, line, message, text }) => (
            <li key={`${line} ${message ?? text}`}>
              {kind}
              {line === undefined ? '' : ` in line ${line}`}: {message ?? text}
            </li>
          ))}
        </ul>
      )}
      <pre class="file" tabIndex={0} aria-label={`File of ${job}`} role="region">
        {value?.text}
      </pre>
    </section>
  );
}
