/** Entries of the history, the newest first. */

import { useState } from 'preact/hooks';
import type { Entry } from './api.tsx';
import { live, useLive } from './live.tsx';
import { clock, jobLink } from './parts.tsx';

/** Entries that are shown of those that are kept. */
const MAX_SHOWN = 500;

export function Entries({ entries }: { entries: readonly Entry[] }) {
  if (entries.length === 0) return <p>Nothing has happened.</p>;
  return (
    <ol class="entries" reversed>
      {entries.toReversed().map((entry) => (
        <li key={entry.id}>
          <time dateTime={new Date(entry.atMs).toISOString()}>{clock(entry.atMs)}</time>{' '}
          {entry.kind === 'event' ? (
            <em>event</em>
          ) : (
            <a href={jobLink(entry.job)}>
              {entry.job}
              {entry.instance === '' ? '' : ` (${entry.instance})`}
            </a>
          )}{' '}
          {entry.line}
        </li>
      ))}
    </ol>
  );
}

export function Events() {
  const entries = useLive(() => live.entries);
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const shown = entries.filter((entry) =>
    `${entry.kind === 'event' ? 'event' : entry.job} ${entry.line}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <h1>Events</h1>
      <div class="filters">
        <label>
          Search <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        </label>
      </div>
      <Entries entries={shown.slice(-MAX_SHOWN)} />
    </>
  );
}
