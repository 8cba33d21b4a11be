/** The files of the page, from the folder of the installation, compressed once. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** The answer to a request for a file of the page; null: it is none. */
export type Page = (path: string, headers: Headers) => Response | null;

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
<link rel="stylesheet" href="/dashboard-page.css">
<script type="module" src="/dashboard-page.js"></script>
</head>
<body><div id="app"><header><strong>Upstart</strong></header><main><p>Loading…</p></main></div><noscript>The page needs JavaScript; the API does not: /api/v1/openapi.json</noscript></body>
</html>
`;

/** Paths, their files and types. There is nothing else to be asked for, so no path leads out of the folder. null: the text above. */
const FILES: Readonly<Record<string, readonly [file: string | null, type: string]>> = {
  '/': [null, 'text/html; charset=utf-8'],
  '/dashboard-page.js': ['dashboard-page.js', 'text/javascript; charset=utf-8'],
  '/dashboard-curves.js': ['dashboard-curves.js', 'text/javascript; charset=utf-8'],
  '/dashboard-page.css': ['dashboard-page.css', 'text/css; charset=utf-8'],
};

/** `pathOf`: where the installation has a file. */
export function pageFrom(pathOf: (file: string) => string): Page {
  const loaded = new Map<string, PageFile>();
  const load = ([file, type]: readonly [string | null, string]): PageFile => {
    const bytes = (file === null ? Buffer.from(HTML) : readFileSync(pathOf(file))) as Buffer<ArrayBuffer>;
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)}"`;
    return { type, bytes, gzipped: gzipSync(bytes, { level: 9 }) as Buffer<ArrayBuffer>, etag };
  };
  return (path, headers) => {
    const row = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
    if (row === undefined) return null;
    const found = loaded.get(path) ?? load(row);
    loaded.set(path, found);
    const common = { etag: found.etag, 'cache-control': 'no-cache', vary: 'accept-encoding' };
    if (headers.get('if-none-match') === found.etag) return new Response(null, { status: 304, headers: common });
    const isGzip = /\bgzip\b/.test(headers.get('accept-encoding') ?? '');
    return new Response(isGzip ? found.gzipped : found.bytes, {
      headers: { ...common, 'content-type': found.type, ...(isGzip ? { 'content-encoding': 'gzip' } : {}) },
    });
  };
}
