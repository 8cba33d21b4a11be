// The parts of the pictures: boxes, arrows, and colours for light and dark pages.

const STYLE = `
  svg { color: #1f2328; font: 13px system-ui, 'DejaVu Sans', sans-serif; }
  .box { fill: #f6f8fa; stroke: #57606a; stroke-width: 1.2; }
  .light { stroke-dasharray: 3 3; fill: none; }
  .strong { stroke-width: 2.2; }
  .edge { fill: none; stroke-width: 1.5; }
  .start { stroke: #0969da; } .start-head { fill: #0969da; }
  .stop { stroke: #bc4c00; stroke-dasharray: 6 4; } .stop-head { fill: #bc4c00; }
  .both { stroke: #57606a; } .both-head { fill: #57606a; }
  text { fill: currentColor; }
  .small { font-size: 11px; }
  .name { font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    svg { color: #e6edf3; }
    .box { fill: #161b22; stroke: #8b949e; }
    .light { fill: none; }
    .start { stroke: #58a6ff; } .start-head { fill: #58a6ff; }
    .stop { stroke: #f0883e; } .stop-head { fill: #f0883e; }
    .both { stroke: #8b949e; } .both-head { fill: #8b949e; }
  }`;

const HEADS = ['start', 'stop', 'both'].map(
  (kind) =>
    `<marker id="${kind}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto">` +
    `<path class="${kind}-head" d="M0 0 8 4 0 8z"/></marker>`,
);

/** A whole picture. Screen readers read `title`. */
export function picture({ width, height, title }, parts) {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<defs>${HEADS.join('')}</defs>`,
    ...parts,
    '</svg>',
  ].join('\n')}\n`;
}

export const box = ({ x, y, width, height }, className = '') =>
  `<rect class="box ${className}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`;

export const text = (words, { x, y, anchor = 'middle', className = '' }) =>
  `<text class="${className}" x="${x}" y="${y}" text-anchor="${anchor}">${escaped(words)}</text>`;

/** A line through `points`, with an arrow's head unless `head` is false. `kind`: start, stop or both. */
export const arrow = (kind, points, head = true) =>
  `<polyline class="edge ${kind}" points="${points.map((point) => point.join(',')).join(' ')}"${head ? ` marker-end="url(#${kind})"` : ''}/>`;

const escaped = (words) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
