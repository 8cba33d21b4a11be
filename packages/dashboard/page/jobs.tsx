/** The page of all jobs: a table of which only what is visible is rendered. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Row } from './api.tsx';
import { live, useLive } from './live.tsx';
import { age, bytes, jobLink, KINDS, kindOf, Mark, Trouble, wordOf } from './parts.tsx';

/** The height of a row, in pixels: that of the style. */
const ROW_PX = 40;
/** Rows above and below what is visible. */
const MARGIN_ROWS = 8;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The worst first, then by name. */
function sorted(rows: Row[]): Row[] {
  const rank = new Map(KINDS.map((kind, at) => [kind, at]));
  return rows.sort(
    (a, b) =>
      (rank.get(kindOf(a)) ?? 0) - (rank.get(kindOf(b)) ?? 0) ||
      compare(a.job, b.job) ||
      compare(a.instance, b.instance),
  );
}

/** Of a broken file the name is enough here: behind its folder the error would not be seen. */
function whyOf({ health, why, says }: Row): string {
  return health === 'broken' ? (why ?? '').replaceAll(/(^|; )\/\S*\//g, '$1') : (why ?? says ?? '');
}

export function Jobs() {
  const jobs = useLive(() => live.jobs);
  const isLoaded = useLive(() => live.isLoaded);
  const trouble = useLive(() => live.trouble);
  const [search, setSearch] = useState('');
  const [kind, setKind] = useState('');
  const rows = useMemo(() => sorted(live.rows()), [jobs]);
  const counts = useMemo(() => {
    const found = new Map<string, number>();
    for (const row of rows) found.set(kindOf(row), (found.get(kindOf(row)) ?? 0) + 1);
    return found;
  }, [rows]);
  const wanted = search.trim().toLowerCase();
  const shown = rows.filter(
    (row) =>
      (kind === '' || kindOf(row) === kind) &&
      (wanted === '' || `${row.job} ${row.instance} ${row.why ?? ''}`.toLowerCase().includes(wanted)),
  );
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  return (
    <>
      <h1>Jobs</h1>
      <div class="filters">
        <label>
          Search{' '}
          <input
            ref={field}
            type="search"
            value={search}
            placeholder="name or reason, key /"
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
        <fieldset>
          <legend class="hidden">Show</legend>
          <button type="button" aria-pressed={kind === ''} onClick={() => setKind('')}>
            all {rows.length}
          </button>
          {KINDS.filter((each) => counts.has(each)).map((each) => (
            <button type="button" key={each} aria-pressed={kind === each} onClick={() => setKind(each)}>
              <Mark kind={each} /> {counts.get(each)}
            </button>
          ))}
        </fieldset>
      </div>
      <Trouble text={trouble} />
      <p class="hidden" role="status">
        {isLoaded ? `${shown.length} of ${rows.length} ${kind === '' ? '' : wordOf(kind)}` : 'loading'}
      </p>
      <Table rows={shown} />
    </>
  );
}

/** Arrow keys, Page Up and so on move between rows. */
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 15, PageUp: -15 };

function Table({ rows }: { rows: readonly Row[] }) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const [current, setCurrent] = useState(0);
  const movesFocus = useRef(false);
  useEffect(() => {
    const element = box.current as HTMLDivElement;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(top / ROW_PX) - MARGIN_ROWS);
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW_PX) + MARGIN_ROWS);
  // Before the next key is handled: the row that had the focus may be gone.
  useLayoutEffect(() => {
    if (!movesFocus.current) return;
    movesFocus.current = false;
    box.current?.querySelector<HTMLElement>(`[data-at="${current}"] a`)?.focus();
  });
  const press = (event: KeyboardEvent): void => {
    const step = event.key === 'Home' ? -rows.length : event.key === 'End' ? rows.length : STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, current + step));
    const element = box.current as HTMLDivElement;
    const nextTop = next * ROW_PX;
    if (nextTop < element.scrollTop) element.scrollTop = nextTop;
    else if (nextTop + ROW_PX > element.scrollTop + element.clientHeight - ROW_PX)
      element.scrollTop = nextTop + 2 * ROW_PX - element.clientHeight;
    movesFocus.current = true;
    setCurrent(next);
    setTop(element.scrollTop);
  };
  const nowMs = Date.now();
  return (
    <div
      class="rows"
      ref={box}
      role="table"
      aria-label="Jobs"
      aria-rowcount={rows.length + 1}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={press}
      tabIndex={rows.length === 0 ? 0 : -1}
    >
      <div role="rowgroup" class="head">
        <div role="row" class="row" aria-rowindex={1}>
          {['Job', 'State', 'PID', 'For', 'Memory', 'Why'].map((name) => (
            <span role="columnheader" key={name} class={name.toLowerCase()}>
              {name}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" class="body" style={{ height: `${rows.length * ROW_PX}px` }}>
        {rows.slice(first, last).map((row, at) => (
          <div
            role="row"
            class="row"
            key={`${row.job}/${row.instance}`}
            aria-rowindex={first + at + 2}
            data-at={first + at}
            style={{ top: `${(first + at) * ROW_PX}px` }}
          >
            <span role="cell" class="job">
              <a
                href={jobLink(row.job)}
                tabIndex={first + at === Math.min(current, rows.length - 1) ? 0 : -1}
                onFocus={() => setCurrent(first + at)}
              >
                {row.job}
                {row.instance === '' ? '' : ` (${row.instance})`}
              </a>
            </span>
            <span role="cell" class="state">
              <Mark kind={kindOf(row)} /> <small>{row.state ?? ''}</small>
            </span>
            <span role="cell" class="pid">
              {row.pid ?? '–'}
            </span>
            <span role="cell" class="for">
              {age(row.since, nowMs)}
            </span>
            <span role="cell" class="memory">
              {bytes(row.memoryBytes)}
            </span>
            <span role="cell" class="why" title={row.why ?? ''}>
              {whyOf(row)}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
