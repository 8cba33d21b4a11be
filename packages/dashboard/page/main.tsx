/** The page: a heading, and the page that the part of the URL after # names. */
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { decoded } from '../src/http/url-text.ts';
import { get, path } from './api.tsx';
import { Events } from './entries.tsx';
import { FleetPage } from './fleet.tsx';
import { Graph } from './graph.tsx';
import { Job } from './job.tsx';
import { Jobs } from './jobs.tsx';
import { live, useLive, useLoaded } from './live.tsx';
import { Boot } from './pictures.tsx';
import { WhatIf } from './what-if.tsx';
import 'uplot/dist/uPlot.min.css';
import './style.css';

const PAGES = [
  { name: 'Jobs', hash: '#/', Page: Jobs },
  { name: 'Events', hash: '#/events', Page: Events },
  { name: 'Time line', hash: '#/boot', Page: Boot },
  { name: 'Graph', hash: '#/graph', Page: Graph },
  { name: 'What if', hash: '#/what-if', Page: WhatIf },
  { name: 'Fleet', hash: '#/fleet', Page: FleetPage },
];
const JOB = /^#\/job\/(.+)$/;

/** A host that is in no cluster has no fleet. */
const isShown = (page: unknown): boolean => page !== FleetPage || live.version?.hasFleet === true;

const LINKS = {
  connecting: ['…', 'connecting'],
  live: ['●', 'live'],
  lost: ['✕', 'connection lost; trying again'],
} as const;

function Status() {
  const link = useLive(() => live.link);
  const init = useLive(() => live.version?.init ?? '');
  const [sign, word] = LINKS[link];
  return (
    <p class={`link ${link}`} role="status">
      <span aria-hidden="true">{sign}</span> {word} <small>{init}</small>
    </p>
  );
}

interface InitLink {
  readonly title: string;
  readonly path: string;
  readonly isHere: boolean;
}

/** Leads to the pages of other inits, where there are any. */
function Switcher() {
  const link = useLive(() => live.link);
  const { value } = useLoaded(() => get<InitLink[]>(path('/inits')), [link === 'lost']);
  if (value === null || value.length < 2) return null;
  return (
    <label class="switcher">
      Init{' '}
      <select
        value={value.find(({ isHere }) => isHere)?.path}
        onChange={(event) => location.assign(event.currentTarget.value)}
      >
        {value.map((each) => (
          <option key={each.path} value={each.path}>
            {each.title}
          </option>
        ))}
      </select>
    </label>
  );
}

function App() {
  const [hash, setHash] = useState(location.hash || '#/');
  useLive(() => live.version?.hasFleet);
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    const change = (): void => {
      setHash(location.hash || '#/');
      main.current?.focus();
      scrollTo(0, 0);
    };
    const press = ({ key, target, altKey, ctrlKey, metaKey }: KeyboardEvent): void => {
      if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement || altKey || ctrlKey || metaKey)
        return;
      const page = PAGES[Number(key) - 1];
      if (page !== undefined && isShown(page.Page)) location.hash = page.hash;
    };
    addEventListener('hashchange', change);
    addEventListener('keydown', press);
    return () => {
      removeEventListener('hashchange', change);
      removeEventListener('keydown', press);
    };
  }, []);
  // The part after # names a page, not a place in it.
  const skip = (event: Event): void => {
    event.preventDefault();
    main.current?.focus();
  };
  const job = JOB.exec(hash)?.[1];
  const { Page, name } = PAGES.find((page) => page.hash === hash) ?? { Page: Jobs, name: 'Jobs' };
  const title = job === undefined ? name : decoded(job);
  useEffect(() => {
    document.title = `${title} – Upstart`;
  }, [title]);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header>
        <strong>Upstart</strong>
        <nav aria-label="Pages">
          {PAGES.filter(({ Page }) => isShown(Page)).map((page, at) => (
            <a
              key={page.hash}
              href={page.hash}
              aria-current={job === undefined && page.name === name ? 'page' : undefined}
              aria-keyshortcuts={String(at + 1)}
            >
              {page.name}
            </a>
          ))}
        </nav>
        <Switcher />
        <Status />
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {job === undefined ? <Page /> : <Job job={title} key={title} />}
      </main>
    </>
  );
}

live.start();
render(<App />, document.getElementById('app') as HTMLElement);
