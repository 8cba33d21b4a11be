/** Curves over time, on uPlot: a file of its own (`dashboard-curves.js`), which the page of a job loads. */
import UPlot from 'uplot';

export interface Curve {
  readonly name: string;
  /** One for each time; null: it did not run. */
  readonly values: readonly (number | null)[];
}

export interface Chart {
  show(timesS: readonly number[], curves: readonly Curve[]): void;
  end(): void;
}

const HEIGHT_PX = 160;
/** Curves differ in their dashes, too. */
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
const COLOURS = ['--link', '--good', '--busy', '--bad'];
const MIN_SPAN_S = 60;

/** A chart in `box`, as wide as that is. `text` has a value in words. */
export function makeChart(box: HTMLElement, text: (value: number) => string): Chart {
  let plot: UPlot | null = null;
  let names = '';
  let last: [readonly number[], readonly Curve[]] = [[], []];
  const build = (): void => {
    plot?.destroy();
    const colour = (name: string): string => colourOf(box, name);
    const axis = { stroke: colour('--dim'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
    plot = new UPlot(
      {
        width: box.clientWidth,
        height: HEIGHT_PX,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        scales: {
          x: { range: (_, from, to) => [Math.min(from, to - MIN_SPAN_S), to] },
          y: { range: (_, __, to) => [0, Math.max(to * 1.1, 1e-9)] },
        },
        axes: [axis, { ...axis, size: 64, values: (_, splits) => splits.map(text) }],
        series: [
          {},
          ...last[1].map(({ name }, at) => ({
            label: name,
            stroke: colour(COLOURS[at % COLOURS.length] as string),
            dash: DASHES[at % DASHES.length] as number[],
            width: 2,
            points: { show: false },
          })),
        ],
      },
      dataOf(last),
      box,
    );
  };
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  // A chart that is hidden has no width.
  const fit = (): void => {
    if (box.clientWidth > 0) plot?.setSize({ width: box.clientWidth, height: HEIGHT_PX });
  };
  const observer = new ResizeObserver(fit);
  observer.observe(box);
  scheme.addEventListener('change', build);
  return {
    show(timesS, curves) {
      last = [timesS, curves];
      const now = JSON.stringify(curves.map(({ name }) => name));
      if (plot === null || now !== names) {
        names = now;
        build();
      } else plot.setData(dataOf(last));
    },
    end() {
      observer.disconnect();
      scheme.removeEventListener('change', build);
      plot?.destroy();
    },
  };
}

/** A colour of the style as a canvas takes it: one for light and dark is resolved. */
function colourOf(box: HTMLElement, name: string): string {
  const probe = box.appendChild(document.createElement('i'));
  probe.style.color = `var(${name})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function dataOf([times, curves]: [readonly number[], readonly Curve[]]): UPlot.AlignedData {
  return [[...times], ...curves.map(({ values }) => [...values])];
}
