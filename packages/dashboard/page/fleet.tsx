/** The page of the fleet: the hosts of the cluster, what has failed there, and who has which lease. */
import { useEffect, useState } from 'preact/hooks';
import { get, path, type Row } from './api.tsx';
import { age, kindOf, Mark, Trouble } from './parts.tsx';

interface Host {
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly version: string;
  readonly answers: boolean | null;
  readonly drained: { readonly by: string; readonly at: number } | null;
  readonly leases: readonly string[];
}
type HostRow = Row & { readonly host: string };
interface Fleet {
  readonly hosts: readonly Host[];
  readonly jobs: readonly HostRow[];
  readonly leases: readonly { readonly lease: string; readonly host: string }[];
  readonly missing: readonly { readonly host: string; readonly reason: string }[];
}

/** It is asked again in this interval while the page is shown: each time costs each host an answer. */
const AGAIN_MS = 10_000;
const WELL: ReadonlySet<string> = new Set(['running', 'stopped', 'pending']);

export function FleetPage() {
  const [{ value, error }, setState] = useState<{ value: Fleet | null; error: string }>({ value: null, error: '' });
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // The next look follows the end of this one, which takes long where the servers are gone.
    const look = async (): Promise<void> => {
      const found = document.hidden ? null : await get<Fleet>(path('/fleet')).catch((thrown: Error) => thrown);
      if (isOver) return;
      if (found instanceof Error) setState((before) => ({ ...before, error: found.message }));
      else if (found !== null) setState({ value: found, error: '' });
      timer = setTimeout(() => void look(), AGAIN_MS);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, []);
  return (
    <>
      <h1>Fleet</h1>
      <Trouble text={error} />
      <p class="hidden" role="status">
        {value === null ? 'loading' : `${value.hosts.length} hosts`}
      </p>
      {value !== null && <Overview fleet={value} />}
    </>
  );
}

function Overview({ fleet: { hosts, jobs, leases, missing } }: { fleet: Fleet }) {
  const bad = jobs.filter((row) => !WELL.has(kindOf(row)));
  const reasons = new Map(missing.map(({ host, reason }) => [host, reason]));
  return (
    <>
      <section aria-labelledby="fleet-hosts">
        <h2 id="fleet-hosts">Hosts</h2>
        <section class="wide" aria-label="Hosts as a table" tabIndex={0}>
          <table class="fleet">
            <thead>
              <tr>
                {['Host', 'State', 'Running', 'Not well', 'Leases', 'Labels', 'Version'].map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {hosts.map((host) => {
                const own = jobs.filter((row) => row.host === host.host);
                return (
                  <tr key={host.host}>
                    <th scope="row">{host.host}</th>
                    <td>
                      <HostState host={host} reason={reasons.get(host.host) ?? ''} />
                    </td>
                    <td>{host.answers === true ? own.filter((row) => kindOf(row) === 'running').length : '–'}</td>
                    <td>{host.answers === true ? bad.filter((row) => row.host === host.host).length : '–'}</td>
                    <td>{host.leases.join(', ') || '–'}</td>
                    <td>{labelsOf(host)}</td>
                    <td>{host.version}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      </section>
      <section aria-labelledby="fleet-bad">
        <h2 id="fleet-bad">Not well</h2>
        {bad.length === 0 ? (
          <p>No job of a host that answers has failed.</p>
        ) : (
          <section class="wide" aria-label="Jobs as a table" tabIndex={0}>
            <table class="fleet">
              <thead>
                <tr>
                  {['Host', 'Job', 'State', 'For', 'Why'].map((head) => (
                    <th key={head} scope="col">
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {bad.map((row) => (
                  <tr key={`${row.host}/${row.job}/${row.instance}`}>
                    <td>{row.host}</td>
                    <th scope="row">
                      {row.job}
                      {row.instance === '' ? '' : ` (${row.instance})`}
                    </th>
                    <td>
                      <Mark kind={kindOf(row)} /> <small>{row.state ?? ''}</small>
                    </td>
                    <td>{age(row.since)}</td>
                    <td>{row.why ?? ''}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
      </section>
      {leases.length > 0 && (
        <section aria-labelledby="fleet-leases">
          <h2 id="fleet-leases">Leases</h2>
          <ul>
            {leases.map(({ lease, host }, at) => (
              // Places of one lease may be on one host.
              <li key={`${lease}/${host}/${at}`}>
                {lease}: {host}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function HostState({ host: { answers, drained }, reason }: { host: Host; reason: string }) {
  const [sign, word, kind] =
    answers === true
      ? ['●', 'answers', 'running']
      : answers === false
        ? ['✕', 'no answer', 'failed']
        : ['○', 'not asked', ''];
  return (
    <>
      <span class={`mark ${kind}`}>
        <span aria-hidden="true">{sign}</span> {word}
      </span>
      {drained !== null && <small> drained by {drained.by}</small>}
      {reason !== '' && <small> {reason}</small>}
    </>
  );
}

function labelsOf({ labels }: Host): string {
  const own = Object.entries(labels).filter(([key]) => key !== 'host');
  return own.map((pair) => pair.join('=')).join(' ') || '–';
}
