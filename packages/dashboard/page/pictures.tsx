/** The graph of jobs and events, and the time line of the boot: pictures of the gateway, which can be zoomed and moved. */
import { useEffect, useState } from 'preact/hooks';
import { path } from './api.tsx';
import { Trouble } from './parts.tsx';

const ZOOM = 1.25;
const MIN_ZOOM = 0.1;
const MAX_ZOOM = 10;

function Picture({ url, label }: { url: string; label: string }) {
  const [picture, setPicture] = useState<{ source: string; width: number } | null>(null);
  const [error, setError] = useState('');
  const [zoom, setZoom] = useState(1);
  const scale = (by: number): void => setZoom((before) => Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, before * by)));
  useEffect(() => {
    setError('');
    // As an image no script in it would run.
    const image = new Image();
    image.onload = () => setPicture({ source: url, width: image.naturalWidth });
    image.onerror = () =>
      fetch(url)
        .then((response) => response.json())
        .then(({ title }: { title: string }) => setError(title))
        .catch(() => setError('The gateway does not answer'));
    image.src = url;
  }, [url]);
  return (
    <>
      <div class="buttons">
        <button type="button" onClick={() => scale(ZOOM)}>
          Larger
        </button>
        <button type="button" onClick={() => scale(1 / ZOOM)}>
          Smaller
        </button>
        <button type="button" onClick={() => setZoom(1)}>
          {Math.round(zoom * 100)}%
        </button>
        <a href={url} download={`${label}.svg`}>
          Save
        </a>
      </div>
      <Trouble text={error} />
      <div
        class="picture"
        tabIndex={0}
        role="region"
        aria-label={label}
        onWheel={(event) => {
          if (!event.ctrlKey) return;
          event.preventDefault();
          scale(event.deltaY < 0 ? ZOOM : 1 / ZOOM);
        }}
      >
        {picture !== null && error === '' && (
          <img src={picture.source} alt={label} style={{ width: `${picture.width * zoom}px` }} />
        )}
      </div>
    </>
  );
}

export function Graph() {
  const [jobs, setJobs] = useState('');
  const [asked, setAsked] = useState('');
  const [look, setLook] = useState(1);
  return (
    <>
      <h1>Graph</h1>
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(jobs.trim().replaceAll(/[\s,]+/g, ','));
          setLook(look + 1);
        }}
      >
        <label>
          Only these jobs and what is next to them{' '}
          <input value={jobs} placeholder="web, db*" onInput={(event) => setJobs(event.currentTarget.value)} />
        </label>
        <button type="submit">Draw</button>
      </form>
      <Picture
        key={`${asked} ${look}`}
        url={path(`/graph.svg${asked === '' ? '' : `?job=${encodeURIComponent(asked)}`}`)}
        label="Graph of jobs and events"
      />
    </>
  );
}

const SPANS = { 'the boot': 0, 'ten minutes': 600_000, 'an hour': 3_600_000, 'a day': 86_400_000 } as const;

export function Boot() {
  const [span, setSpan] = useState<keyof typeof SPANS>('the boot');
  const query = span === 'the boot' ? '' : `?sinceMs=${Date.now() - SPANS[span]}`;
  const [url, setUrl] = useState(path('/plot.svg'));
  return (
    <>
      <h1>Time line</h1>
      <div class="filters">
        <label>
          Show{' '}
          <select
            value={span}
            onChange={(event) => {
              const next = event.currentTarget.value as keyof typeof SPANS;
              setSpan(next);
              setUrl(path(next === 'the boot' ? '/plot.svg' : `/plot.svg?sinceMs=${Date.now() - SPANS[next]}`));
            }}
          >
            {Object.keys(SPANS).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <Picture url={url} label={`Time line of ${span}`} key={query === '' ? 'boot' : span} />
    </>
  );
}
