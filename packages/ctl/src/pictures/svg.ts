/** The parts of pictures: escaped text, its width, and colours for light and dark pages. */

/** The look that all pictures share. The kinds of arrows differ in their dashes, too, for those who do not tell the colours apart. */
const STYLE = `
svg { color-scheme: light dark; background: #ffffff; color: #1f2328; font: 12px system-ui, 'DejaVu Sans', sans-serif; }
text { fill: currentColor; }
.dim { fill: #59636e; }
.title { font-size: 18px; font-weight: 600; }
.small { font-size: 11px; }
.strong { font-weight: 600; }
.start { stroke: #0969da; fill: #0969da; } .stop { stroke: #bc4c00; fill: #bc4c00; stroke-dasharray: 6 4; }
.restart { stroke: #8250df; fill: #8250df; stroke-dasharray: 9 3 2 3; } .reload { stroke: #9a6700; fill: #9a6700; stroke-dasharray: 3 3; }
.emits { stroke: #1a7f37; fill: #1a7f37; stroke-dasharray: 1 4; stroke-linecap: round; }
.edge { fill: none; stroke-width: 1.5; }
.head { stroke: none; }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117; color: #e6edf3; }
.dim { fill: #9198a1; }
.start { stroke: #58a6ff; fill: #58a6ff; } .stop { stroke: #f0883e; fill: #f0883e; } .emits { stroke: #3fb950; fill: #3fb950; }
.restart { stroke: #a371f7; fill: #a371f7; } .reload { stroke: #d29922; fill: #d29922; }
.edge { fill: none; }
}`;

/** The kinds of arrows. */
export const ARROWS = ['start', 'stop', 'restart', 'reload', 'emits'] as const;
export type Arrow = (typeof ARROWS)[number];

export type Point = readonly [x: number, y: number];

const HEADS = ARROWS.map(
  (kind) =>
    `<marker id="head-${kind}" viewBox="0 0 8 8" refX="7.5" refY="4" markerUnits="userSpaceOnUse" markerWidth="9" markerHeight="9" orient="auto"><path class="${kind} head" d="M0 0.5 8 4 0 7.5z"/></marker>`,
);

/** A whole picture. `title` is for readers who cannot see it, `style` has the rules of this picture alone. */
export function picture(
  { width, height, title, style }: { width: number; height: number; title: string; style: string },
  parts: readonly string[],
): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}${style}</style>`,
    `<defs>${HEADS.join('')}</defs>`,
    ...parts,
    '</svg>',
  ].join('\n')}\n`;
}

export function text(
  words: string,
  {
    x,
    y,
    anchor = 'start',
    className = '',
  }: { x: number; y: number; anchor?: 'start' | 'middle' | 'end'; className?: string },
): string {
  const place = `x="${rounded(x)}" y="${rounded(y)}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}`;
  return `<text ${place}${className === '' ? '' : ` class="${className}"`}>${escaped(words)}</text>`;
}

/** A group of `parts` with a tooltip. */
export function described(words: string, parts: readonly string[], className = ''): string {
  return `<g${className === '' ? '' : ` class="${className}"`}><title>${escaped(words)}</title>${parts.join('')}</g>`;
}

export function arrow(kind: Arrow, path: string): string {
  return `<path class="edge ${kind}" d="${path}" marker-end="url(#head-${kind})"/>`;
}

/** A coordinate, to a tenth of a point. */
export const rounded = (value: number): number => Math.round(value * 10) / 10;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * Text for XML, for content and attributes: names may be any bytes. XML has no control characters, no halves of surrogate pairs (bytes that are
 * no UTF-8) and neither of the two last characters of the plane.
 */
export function escaped(words: string): string {
  return words
    .replace(/[&<>"]/g, (character) => ENTITIES[character] as string)
    .replace(/(?![\n\t])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD');
}

/** Widths of characters as parts of the font's size, by patterns; those of a wide font, since the font of the reader is unknown. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[ijl.,:;'|!]/, 0.34],
  [/[ frt()[\]/\\-]/, 0.44],
  [/[mwMW@%—]/, 0.98],
  [/[A-Z&_0-9=$#<>+~]/, 0.72],
  [/[\u1100-\uFFFF]|[\u{10000}-\u{10FFFF}]/u, 1.05],
];
const USUAL_WIDTH = 0.64;
const widths = new Map<string, number>();

/** The upper bound of a text's width, in points. */
export function widthOf(words: string, fontSize = 12): number {
  let width = 0;
  for (const character of words) {
    let one = widths.get(character);
    if (one === undefined) {
      one = WIDTHS.find(([form]) => form.test(character))?.[1] ?? USUAL_WIDTH;
      widths.set(character, one);
    }
    width += one;
  }
  return width * fontSize;
}

/** The text, cut to so many characters. */
export function shortened(words: string, most: number): string {
  const characters = [...words];
  return characters.length <= most ? words : `${characters.slice(0, most - 1).join('')}…`;
}
