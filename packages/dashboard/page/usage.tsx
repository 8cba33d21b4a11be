/** What the processes of a job use, as curves. They begin when somebody looks. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { get, pathOf } from './api.tsx';
import type { Chart } from './curves.tsx';
import { bytes, Trouble } from './parts.tsx';

/** The interval of the gateway's samples. */
const LOOK_MS = 2000;
const MAX_SAMPLES = 450;

interface Sample {
  readonly atMs: number;
  readonly instances: readonly {
    readonly instance: string;
    readonly memoryBytes: number | null;
    readonly cpuShare: number | null;
  }[];
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)}%`;
const KINDS = [
  { name: 'Memory', field: 'memoryBytes', text: bytes },
  { name: 'Processor', field: 'cpuShare', text: percent },
] as const;

export function Usage({ job }: { job: string }) {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const [error, setError] = useState('');
  useEffect(() => {
    let isCurrent = true;
    let lastMs = 0;
    const look = async (): Promise<void> => {
      // Nobody looks at a hidden page.
      if (document.hidden) return;
      try {
        const more = await get<Sample[]>(pathOf(job, `/usage?afterMs=${lastMs}`));
        if (!isCurrent) return;
        lastMs = more.at(-1)?.atMs ?? lastMs;
        if (more.length > 0) setSamples((before) => [...before, ...more].slice(-MAX_SAMPLES));
        setError('');
      } catch (thrown) {
        if (isCurrent) setError((thrown as Error).message);
      }
    };
    void look();
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [job]);
  return (
    <section aria-labelledby="usage">
      <h2 id="usage">Memory and processor</h2>
      <Trouble text={error} />
      <div class="curves">
        {KINDS.map(({ name, field, text }) => (
          <Curves key={name} name={name} samples={samples} field={field} text={text} />
        ))}
      </div>
    </section>
  );
}

interface CurvesProps {
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly field: (typeof KINDS)[number]['field'];
  text(value: number): string;
}

function Curves({ name, samples, field, text }: CurvesProps) {
  const box = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<Chart | null>(null);
  useEffect(() => {
    let made: Chart | null = null;
    let isCurrent = true;
    import('./curves.tsx').then(
      ({ makeChart }) => {
        if (!isCurrent) return;
        made = makeChart(box.current as HTMLDivElement, text);
        setChart(made);
      },
      // The words below say the same.
      () => {},
    );
    return () => {
      isCurrent = false;
      made?.end();
    };
  }, []);
  const instances = [...new Set(samples.flatMap((sample) => sample.instances.map(({ instance }) => instance)))];
  const curves = instances.map((instance) => ({
    name: instance,
    values: samples.map((sample) => sample.instances.find((each) => each.instance === instance)?.[field] ?? null),
  }));
  useEffect(
    () =>
      chart?.show(
        samples.map(({ atMs }) => atMs / 1000),
        curves,
      ),
    [chart, samples],
  );
  const words = curves.flatMap(({ name: instance, values }) => {
    const now = values.at(-1);
    const most = Math.max(...values.map((value) => value ?? 0));
    if (now === null || now === undefined) return [];
    return [`${instance === '' ? '' : `${instance}: `}${text(now)} now, ${text(most)} at most`];
  });
  const summary = words.length > 0 ? words.join('; ') : samples.length > 0 ? 'nothing runs' : '…';
  return (
    <figure>
      <div class="chart" ref={box} role="img" aria-label={`${name}: ${summary}`} hidden={words.length === 0} />
      <figcaption>
        {name}: {summary}
      </figcaption>
    </figure>
  );
}
