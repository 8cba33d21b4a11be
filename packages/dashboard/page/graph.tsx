/** The graph of jobs and events: drawn by the page, so that it shows what is as it changes, and what an action would do. */
import type { Scene, SceneNode } from '@upstart/ctl/parts';
import { useState } from 'preact/hooks';
import { encoded } from '../src/http/url-text.ts';
import { get, path, post, type Row, type Simulation } from './api.tsx';
import { live, useLive, useLoaded } from './live.tsx';
import { jobLink, KINDS, kindOf, signOf, Trouble, wordOf } from './parts.tsx';
import { useZoom, ZoomButtons } from './zoom.tsx';

const MARGIN = 16;
const ARROWS = ['start', 'stop', 'restart', 'reload', 'emits'];

/** The worst kind of a job's instances. */
function kindOfJob(rows: readonly Row[] | undefined): string | null {
  const kinds = (rows ?? []).map(kindOf);
  return KINDS.find((kind) => kinds.includes(kind)) ?? null;
}

export function Graph() {
  const [jobs, setJobs] = useState('');
  const [asked, setAsked] = useState('');
  const [look, setLook] = useState(1);
  const { value: scene, error } = useLoaded(
    () => get<Scene>(path(`/graph${asked === '' ? '' : `?job=${encoded(asked)}`}`)),
    [asked, look],
  );
  const [chosen, setChosen] = useState<SceneNode | null>(null);
  const [outlook, setOutlook] = useState<Simulation | null>(null);
  const choose = (node: SceneNode | null): void => {
    setChosen(node);
    setOutlook(null);
  };
  return (
    <>
      <h1>Graph</h1>
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          choose(null);
          setAsked(jobs.trim().replaceAll(/[\s,]+/g, ','));
          setLook(look + 1);
        }}
      >
        <label>
          Only these jobs and what is next to them{' '}
          <input value={jobs} placeholder="web, db*" onInput={(event) => setJobs(event.currentTarget.value)} />
        </label>
        <button type="submit">Draw</button>
        <a href={path(`/graph.svg${asked === '' ? '' : `?job=${encoded(asked)}`}`)} download="graph.svg">
          Save
        </a>
      </form>
      <Trouble text={error} />
      {scene !== null && <Drawing scene={scene} chosen={chosen} outlook={outlook} onChoose={choose} />}
      {chosen !== null && (
        <Chosen key={`${chosen.kind} ${chosen.name}`} node={chosen} outlook={outlook} onOutlook={setOutlook} />
      )}
    </>
  );
}

interface DrawingProps {
  readonly scene: Scene;
  readonly chosen: SceneNode | null;
  readonly outlook: Simulation | null;
  onChoose(node: SceneNode): void;
}

function Drawing({ scene, chosen, outlook, onChoose }: DrawingProps) {
  const jobs = useLive(() => live.jobs);
  const zoom = useZoom();
  const [width, height] = [scene.width + 2 * MARGIN, scene.height + 2 * MARGIN];
  return (
    <>
      <ZoomButtons zoom={zoom} />
      <div class="picture" tabIndex={0} role="region" aria-label="Graph of jobs and events" onWheel={zoom.wheel}>
        <svg
          class="graph"
          width={width * zoom.value}
          height={height * zoom.value}
          viewBox={`${-MARGIN} ${-MARGIN} ${width} ${height}`}
          role="group"
          aria-label="Jobs and events"
        >
          <defs>
            {ARROWS.map((kind) => (
              <marker
                key={kind}
                id={`head-${kind}`}
                viewBox="0 0 8 8"
                refX="7.5"
                refY="4"
                markerUnits="userSpaceOnUse"
                markerWidth="9"
                markerHeight="9"
                orient="auto"
              >
                <path class={`head of-${kind}`} d="M0 0.5 8 4 0 7.5z" />
              </marker>
            ))}
          </defs>
          {scene.edges.map(({ kind, path: d, words, isSeen }, at) => (
            <path key={at} class={`edge of-${kind}${isSeen ? ' seen' : ''}`} d={d} marker-end={`url(#head-${kind})`}>
              <title>{words}</title>
            </path>
          ))}
          {scene.edges.map(({ label }, at) =>
            label === null ? null : (
              <text key={at} class="label" x={label.x} y={label.y + 3.5} text-anchor="middle">
                {label.text}
              </text>
            ),
          )}
          {scene.boxes.map(({ x, y, width: w, height: h, nodes }) => {
            const [first] = nodes;
            const kind = nodes.length === 1 && first?.kind === 'job' ? kindOfJob(jobs.get(first.name)) : null;
            const shape = `box is-${first?.kind}${first?.isKnown === false ? ' unknown' : ''}${kind === null ? '' : ` ${kind}`}`;
            return (
              <g key={`${x} ${y}`}>
                <rect class={shape} x={x} y={y} width={w} height={h} rx={first?.kind === 'event' ? 14 : 6} />
                {nodes.map((node) => (
                  <Node
                    key={node.name}
                    node={node}
                    kind={node.kind === 'job' ? kindOfJob(jobs.get(node.name)) : null}
                    isChosen={chosen?.kind === node.kind && chosen.name === node.name}
                    would={wouldBe(node, outlook)}
                    onChoose={onChoose}
                  />
                ))}
              </g>
            );
          })}
        </svg>
      </div>
    </>
  );
}

/** What the simulation comes to for a job: `starts`, `stops`; null: nothing changes. */
function wouldBe({ kind, name }: SceneNode, outlook: Simulation | null): string | null {
  if (kind !== 'job' || outlook === null) return null;
  const own = outlook.changes.filter((change) => 'job' in change && change.job === name);
  const goal = own.findLast((change) => change.kind === 'goal');
  return goal === undefined || goal.kind !== 'goal' ? null : goal.to === 'start' ? 'starts' : 'stops';
}

interface NodeProps {
  readonly node: SceneNode;
  readonly kind: string | null;
  readonly isChosen: boolean;
  readonly would: string | null;
  onChoose(node: SceneNode): void;
}

function Node({ node, kind, isChosen, would, onChoose }: NodeProps) {
  const words = [node.kind, node.name, kind === null ? '' : wordOf(kind), would === null ? '' : `would: ${would}`];
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onChoose(node);
  };
  return (
    <g
      role="button"
      // Names of attributes of SVG have to be written as they are.
      tabindex={0}
      class={`node${isChosen ? ' chosen' : ''}${would === null ? '' : ' would'}`}
      aria-label={words.filter((word) => word !== '').join(', ')}
      aria-pressed={isChosen}
      onClick={() => onChoose(node)}
      onKeyDown={press}
    >
      <title>{node.words}</title>
      <text class={kind ?? ''} x={node.x} y={node.y} text-anchor="middle">
        {kind === null ? '' : `${signOf(kind)} `}
        {node.label}
        {would === null ? '' : would === 'starts' ? ' ▲' : ' ▼'}
      </text>
    </g>
  );
}

interface ChosenProps {
  readonly node: SceneNode;
  readonly outlook: Simulation | null;
  onOutlook(outlook: Simulation | null): void;
}

/** What is known of a node, and what would happen. */
function Chosen({ node, outlook, onOutlook }: ChosenProps) {
  const [error, setError] = useState('');
  const types = node.kind === 'event' ? ['emit'] : ['start', 'stop', 'restart'];
  const simulate = async (type: string): Promise<void> => {
    setError('');
    try {
      const subject = node.kind === 'event' ? { name: node.name } : { job: node.name };
      onOutlook(await post<Simulation>(path('/simulate'), { actions: [{ type, ...subject }] }));
    } catch (thrown) {
      onOutlook(null);
      setError((thrown as Error).message);
    }
  };
  return (
    <section class="chosen-node" aria-labelledby="chosen">
      <h2 id="chosen">
        {node.kind} {node.name}
      </h2>
      <div class="buttons">
        {types.map((type) => (
          <button type="button" key={type} onClick={() => void simulate(type)}>
            What if: {type}
          </button>
        ))}
        {node.kind === 'job' && node.isKnown && <a href={jobLink(node.name)}>Open {node.name}</a>}
      </div>
      <Trouble text={error} />
      <pre class="wrap" role="status">
        {outlook === null ? node.words : outlook.lines.join('\n')}
      </pre>
    </section>
  );
}
