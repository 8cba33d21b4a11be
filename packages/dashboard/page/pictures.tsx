/** The time line of the boot: a picture of the gateway, which can be zoomed and moved. */
import { useEffect, useState } from 'preact/hooks';
import { path } from './api.tsx';
import { Trouble } from './parts.tsx';
import { useZoom, ZoomButtons } from './zoom.tsx';

function Picture({ url, label }: { url: string; label: string }) {
  const [picture, setPicture] = useState<{ source: string; width: number } | null>(null);
  const [error, setError] = useState('');
  const zoom = useZoom();
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
      <ZoomButtons zoom={zoom}>
        <a href={url} download={`${label}.svg`}>
          Save
        </a>
      </ZoomButtons>
      <Trouble text={error} />
      <div class="picture" tabIndex={0} role="region" aria-label={label} onWheel={zoom.wheel}>
        {picture !== null && error === '' && (
          <img src={picture.source} alt={label} style={{ width: `${picture.width * zoom.value}px` }} />
        )}
      </div>
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
