// The pages from Markdown: the README and all documents that links lead to from there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import MarkdownIt from 'markdown-it';
import { ROOT } from '../layout.mjs';
import { Problem } from '../problem.mjs';
import { relativeLink } from './links.mjs';

const FIRST = 'README.md';
/** Pages whether a link leads to them or not. */
const FOLDERS = ['docs', 'docs/guide', 'docs/reference'];
const EXTERNAL = /^[a-z]+:/;

/** Where the page of a document stands. */
const placeOf = (source) =>
  source
    .replace(/^docs\//, '')
    .replace(/(^|\/)README\.md$/, '$1index.md')
    .replace(/\.md$/, '.html');

/** @returns {{ pages: import('./site.mjs').Page[], pictures: { source: string, place: string }[] }} */
export function documents() {
  const listed = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  );
  const waiting = [FIRST, ...listed];
  const pictures = new Map();
  const pages = new Map();
  for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
    if (pages.has(source)) continue;
    const page = pageOf(source, (target) => {
      if (target.endsWith('.md')) waiting.push(target);
      else pictures.set(target, placeOf(target));
      return placeOf(target);
    });
    pages.set(source, page);
  }
  return {
    pages: [...pages.values()],
    pictures: [...pictures].map(([source, place]) => ({ source, place })),
  };
}

/** `visit` gets each document and picture that the page leads to, and returns where it stands in the site. */
function pageOf(source, visit) {
  const markdown = new MarkdownIt({ html: false });
  const tokens = markdown.parse(readFileSync(join(ROOT, source), 'utf8'), {});
  const place = placeOf(source);
  const sections = [];
  const used = new Map();
  tokens.forEach((token, index) => {
    const content = tokens[index + 1]?.children ?? [];
    if (token.type === 'heading_open') {
      const title = textOf(content);
      const id = idOf(title, used);
      token.attrSet('id', id);
      sections.push({ id, title, text: '' });
    } else if (token.type === 'inline' && tokens[index - 1]?.type !== 'heading_open') {
      addText(sections, textOf(token.children ?? []));
    } else if (token.type === 'fence' || token.type === 'code_block') {
      addText(sections, token.content);
    }
    for (const child of token.children ?? []) {
      for (const name of ['href', 'src']) {
        const link = child.attrGet(name);
        if (link !== null) child.attrSet(name, linkFrom(source, link, visit));
      }
    }
    linkCode(token, source, visit);
  });
  const html = markdown.renderer
    .render(tokens, markdown.options, {})
    .replaceAll('<table>', '<div class="wide" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>')
    // The first column of the tables without names has no heading.
    .replaceAll(/<th([^>]*)><\/th>/g, '<td$1></td>')
    .replaceAll('<pre>', '<pre tabindex="0">');
  return { place, source, title: sections[0]?.title ?? source, html, sections };
}

function addText(sections, text) {
  const section = sections.at(-1);
  if (section) section.text += `${text}\n`;
}

const textOf = (tokens) =>
  tokens.map(({ type, content }) => (type === 'softbreak' ? ' ' : type === 'link_open' ? '' : content)).join('');

/** The fragment that links to a heading use, which is the one of GitHub. */
function idOf(title, used) {
  const plain = title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
  const count = used.get(plain) ?? 0;
  used.set(plain, count + 1);
  return count === 0 ? plain : `${plain}-${count}`;
}

function linkFrom(source, link, visit) {
  if (EXTERNAL.test(link) || link.startsWith('#')) return link;
  const [path = '', fragment] = link.split('#');
  const target = posix.normalize(posix.join(dirname(source), path));
  if (!existsSync(join(ROOT, target))) throw new Problem(`${source}: the link ${link} leads nowhere.`);
  return relativeLink(placeOf(source), visit(target)) + (fragment === undefined ? '' : `#${fragment}`);
}

/** A document whose path stands in the text as code gets a link. */
function linkCode(token, source, visit) {
  const children = token.children ?? [];
  let isInLink = false;
  for (const child of children) {
    if (child.type === 'link_open') isInLink = true;
    if (child.type === 'link_close') isInLink = false;
    if (child.type !== 'code_inline' || isInLink || !/^docs\/[\w/-]+\.md$/.test(child.content)) continue;
    if (!existsSync(join(ROOT, child.content))) continue;
    const href = relativeLink(placeOf(source), visit(child.content));
    Object.assign(child, { type: 'html_inline', content: `<a href="${href}"><code>${child.content}</code></a>` });
  }
}
