// docs/states.svg: the states of a job and what follows each, drawn from the table of the engine.
import { arrow, box, picture, text } from './svg.mjs';

/** The positions of the states: the way up in two rows, the way down in the third. */
const ROWS = [
  ['waiting', 'starting', 'security-spawning', 'security', 'pre-starting', 'pre-start'],
  [null, 'running', 'post-start', 'post-starting', 'spawned', 'spawning'],
  ['pre-stopping', 'pre-stop', 'stopping', 'killed', 'post-stopping', 'post-stop'],
];
const LEFT = 40;
const TOP = 50;
const COLUMN = 158;
const ROW = 120;
const WIDTH = 126;
const HEIGHT = 38;
const RIGHT = LEFT + 5 * COLUMN + WIDTH;
const BOTTOM = TOP + 2 * ROW + HEIGHT;
/** The lanes of a stop, below the first and the second row. */
const LANES = [TOP + HEIGHT + 30, TOP + ROW + HEIGHT + 30];

const PLACES = new Map();
for (const [row, states] of ROWS.entries())
  for (const [column, state] of states.entries()) if (state) PLACES.set(state, { row, column });

/** States that a job leaves at once. */
const isPassing = (state) =>
  /(?:^|-)(?:spawning|.+-starting|.+-stopping)$/.test(state) || /-(?:starting|stopping)$/.test(state);

/** `next`: by state, the state that follows with goal start and with goal stop. Throws where the layout has no way to draw it. */
export function statesPicture(next) {
  for (const state of Object.keys(next))
    if (!PLACES.has(state)) throw new Error(`${state} has no place in the picture`);
  const edges = Object.entries(next).flatMap(([from, { start, stop }]) =>
    start === stop
      ? [{ from, to: start, kind: 'both' }]
      : [
          { from, to: start, kind: 'start' },
          { from, to: stop, kind: 'stop' },
        ],
  );
  return picture({ width: RIGHT + 50, height: BOTTOM + 90, title: 'The states of a job' }, [
    ...edges.filter(({ from, to }) => from !== to).map(edge),
    ...trunk(),
    ...[...PLACES.keys()].flatMap(node),
    ...legend(),
  ]);
}

function rectangle(state) {
  const { row, column } = PLACES.get(state);
  const x = LEFT + column * COLUMN;
  const y = TOP + row * ROW;
  return {
    x,
    y,
    width: WIDTH,
    height: HEIGHT,
    middle: x + WIDTH / 2,
    right: x + WIDTH,
    bottom: y + HEIGHT,
    line: y + HEIGHT / 2,
  };
}

function node(state) {
  const place = rectangle(state);
  const passing = isPassing(state);
  return [
    box(place, passing ? 'light' : state === 'running' || state === 'waiting' ? 'strong' : ''),
    text(state, { x: place.middle, y: place.line + 4, className: passing ? 'small' : '' }),
  ];
}

/** Ways that are not straight, by `FROM>TO`. */
const WAYS = {
  'post-stop>starting': (from, to) => [
    [from.right, from.line],
    [RIGHT + 34, from.line],
    [RIGHT + 34, 22],
    [to.middle, 22],
    [to.middle, to.y],
  ],
  'post-stop>waiting': (from, to) => [
    [from.middle, from.bottom],
    [from.middle, BOTTOM + 22],
    [16, BOTTOM + 22],
    [16, to.line],
    [to.x, to.line],
  ],
  'running>stopping': (from, to) => [
    [from.right - 20, from.bottom],
    [to.x + 20, to.y],
  ],
  'running>pre-stopping': (from, to) => [
    [from.x + 14, from.bottom],
    [to.right - 20, to.y],
  ],
};

function edge({ from, to, kind }) {
  const [a, b] = [rectangle(from), rectangle(to)];
  const way = WAYS[`${from}>${to}`];
  if (way) return arrow(kind, way(a, b));
  const [here, there] = [PLACES.get(from), PLACES.get(to)];
  if (kind === 'stop' && to === 'stopping' && here.row < 2) {
    return arrow(
      kind,
      [
        [a.middle + 20, a.bottom],
        [a.middle + 20, LANES[here.row]],
      ],
      false,
    );
  }
  if (here.column === there.column && Math.abs(here.row - there.row) === 1) {
    const down = here.row < there.row;
    return arrow(kind, [
      [a.middle, down ? a.bottom : a.y],
      [b.middle, down ? b.y : b.bottom],
    ]);
  }
  if (here.row === there.row && Math.abs(here.column - there.column) === 1) {
    const right = here.column < there.column;
    return arrow(kind, [
      [right ? a.right : a.x, a.line],
      [right ? b.x : b.right, b.line],
    ]);
  }
  throw new Error(`the picture has no way from ${from} to ${to}`);
}

/** The lanes that all of a stop's edges run into, and their way to `stopping`. */
function trunk() {
  const target = rectangle('stopping');
  const turn = RIGHT + 16;
  return [
    arrow('stop', [
      [rectangle('starting').middle + 20, LANES[0]],
      [turn, LANES[0]],
      [turn, LANES[1]],
      [target.middle, LANES[1]],
      [target.middle, target.y],
    ]),
  ];
}

function legend() {
  const y = BOTTOM + 62;
  const item = (kind, x, words) => [
    arrow(kind, [
      [x, y],
      [x + 44, y],
    ]),
    text(words, { x: x + 54, y: y + 4, anchor: 'start', className: 'small' }),
  ];
  return [
    ...item('start', 40, 'goal start'),
    ...item('stop', 180, 'goal stop'),
    ...item('both', 310, 'either goal'),
    box({ x: 440, y: y - 9, width: 44, height: 18 }, 'light'),
    text('left at once', { x: 494, y: y + 4, anchor: 'start', className: 'small' }),
    text('from running to stopping: respawn, or a stop without a main process', {
      x: 600,
      y: y + 4,
      anchor: 'start',
      className: 'small',
    }),
  ];
}
