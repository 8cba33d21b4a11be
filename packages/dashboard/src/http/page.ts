/** The files of the page, from the folder of the installation, compressed once. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Answer, type AskedHeaders, headerOf } from './answer.ts';

/** The answer to a request for a file of the page; null: it is none. */
export type Page = (path: string, headers: AskedHeaders) => Answer | null;

interface PageFile {
  readonly type: string;
  readonly bytes: Buffer<ArrayBuffer>;
  readonly gzipped: Buffer<ArrayBuffer>;
  readonly etag: string;
}

/** What is in it before the script has run is on the screen at once. */
const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Upstart</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/dashboard-page.css">
<script type="module" src="/dashboard-page.js"></script>
</head>
<body><div id="app"><header><strong>Upstart</strong></header><main><p>Loading…</p></main></div><noscript>The page needs JavaScript; the API does not: /api/v1/openapi.json</noscript></body>
</html>
`;

/** An arrow that points up. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f5fbf"/><path d="M16 6l9 10h-5.5v10h-7V16H7z" fill="#fff"/></svg>
`;

interface Source {
  readonly type: string;
  /** A file of the installation, or the text itself. */
  readonly file?: string;
  readonly text?: string;
}

const SVG = { text: ICON, type: 'image/svg+xml' };

/** Paths and what they lead to. There is nothing else to be asked for, so no path leads out of the folder. */
const FILES: Readonly<Record<string, Source>> = {
  '/': { text: HTML, type: 'text/html; charset=utf-8' },
  '/favicon.svg': SVG,
  // Browsers ask for it by themselves.
  '/favicon.ico': SVG,
  '/dashboard-page.js': { file: 'dashboard-page.js', type: 'text/javascript; charset=utf-8' },
  '/dashboard-curves.js': { file: 'dashboard-curves.js', type: 'text/javascript; charset=utf-8' },
  '/dashboard-page.css': { file: 'dashboard-page.css', type: 'text/css; charset=utf-8' },
};

/** `pathOf`: where the installation has a file. */
export function pageFrom(pathOf: (file: string) => string): Page {
  const loaded = new Map<string, PageFile>();
  const load = ({ file, text = '', type }: Source): PageFile => {
    const bytes = (file === undefined ? Buffer.from(text) : readFileSync(pathOf(file))) as Buffer<ArrayBuffer>;
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)}"`;
    return { type, bytes, gzipped: gzipSync(bytes, { level: 9 }) as Buffer<ArrayBuffer>, etag };
  };
  return (path, headers) => {
    const row = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
    if (row === undefined) return null;
    const found = loaded.get(path) ?? load(row);
    loaded.set(path, found);
    const common = { etag: found.etag, 'cache-control': 'no-cache', vary: 'accept-encoding' };
    if (headers['if-none-match'] === found.etag) return new Answer(null, { status: 304, headers: common });
    const isGzip = /\bgzip\b/.test(headerOf(headers, 'accept-encoding') ?? '');
    return new Answer(isGzip ? found.gzipped : found.bytes, {
      headers: { ...common, 'content-type': found.type, ...(isGzip ? { 'content-encoding': 'gzip' } : {}) },
    });
  };
}
