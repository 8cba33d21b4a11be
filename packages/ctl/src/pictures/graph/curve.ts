/** Smooth lines through points. */
import { type Point, rounded } from '../svg.ts';

/**
 * A path through all points. Where they lead from left to right, or back, it rises and falls only where they do (Steffen: A simple method
 * for monotonic interpolation), so that it stays between them: a line that swings beyond runs over what is there.
 */
export function curve(points: readonly Point[]): string {
  const [first, second] = points;
  if (first === undefined) return '';
  const way = second === undefined ? 0 : Math.sign(second[0] - first[0]);
  const isOneWay = way !== 0 && spans(points).every(([[x], [next]]) => Math.sign(next - x) === way);
  return isOneWay ? smooth(points) : loop(points);
}

const at = ([x, y]: Point): string => `${rounded(x)} ${rounded(y)}`;

/** Each point with the next one. */
function spans(points: readonly Point[]): [Point, Point][] {
  return points.slice(1).map((point, index) => [points[index] as Point, point]);
}

/** Catmull-Rom. */
function loop(points: readonly Point[]): string {
  const bends = spans(points).map(([start, end], index) => {
    const [before, after] = [points[index - 1] ?? start, points[index + 2] ?? end];
    const first: Point = [start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6];
    const second: Point = [end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6];
    return `C${at(first)} ${at(second)} ${at(end)}`;
  });
  return `M${at(points[0] as Point)}${bends.join('')}`;
}

function smooth(points: readonly Point[]): string {
  const slopes = slopesAt(points);
  const bends = spans(points).map(([[x, y], [nextX, nextY]], index) => {
    const third = (nextX - x) / 3;
    const [slope = 0, nextSlope = 0] = [slopes[index], slopes[index + 1]];
    return `C${at([x + third, y + slope * third])} ${at([nextX - third, nextY - nextSlope * third])} ${at([nextX, nextY])}`;
  });
  return `M${at(points[0] as Point)}${bends.join('')}`;
}

/** The slope of the line at each point: level at the ends and where it turns, and at most twice that of either side. */
function slopesAt(points: readonly Point[]): number[] {
  const widths = spans(points).map(([[x], [nextX]]) => nextX - x);
  const chords = spans(points).map(([[, y], [, nextY]], index) => (nextY - y) / (widths[index] as number));
  const inner = chords.slice(1).map((after, index) => {
    const before = chords[index] as number;
    const [width, nextWidth] = [widths[index] as number, widths[index + 1] as number];
    const mean = (before * nextWidth + after * width) / (width + nextWidth);
    const most = Math.min(Math.abs(before), Math.abs(after), Math.abs(mean) / 2);
    return (Math.sign(before) + Math.sign(after)) * most;
  });
  return [0, ...inner, 0];
}
