// The files of a folder, read once and served from memory. A change on disk has no effect until the next start, and no
// request keeps a file descriptor open. `x.br` and `x.gz` are compressed forms of `x` beside them
// (RFC 9110 8.4), and have no path of their own.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { sendBody } from './send-body.ts';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
};

/** The smallest first. */
const codings = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

/** More than fifty versions of the widget: one has 2.3 MB with its source maps. */
const MOST_BYTES = 128 * 1024 * 1024;
/** More than `v/<version>/chunks` needs. It bounds a folder that links to itself. */
const MOST_DEPTH = 8;

/** Characters of Accept-Encoding that are read; browsers send about thirty. */
const MOST_OF_HEADER = 256;

interface Representation {
  readonly body: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string | number>>;
}

interface StoredFile {
  readonly plain: Representation;
  readonly coded: ReadonlyMap<string, Representation>;
}

/** By path, such as `/chunks/call.js`. */
export type FileSet = ReadonlyMap<string, StoredFile>;

/** @throws {Error} when the folder holds more than is kept in memory. */
export function readFileSet(folder: string): FileSet {
  const paths = listed(folder);
  const bytes = paths.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MOST_BYTES) {
    throw new Error(
      `${folder} holds ${bytes} bytes; at most ${MOST_BYTES} are served: remove versions that no page uses`,
    );
  }
  const names = new Set(paths.map(({ path }) => path));
  const isForm = (path: string) =>
    codings.some(({ suffix }) => path.endsWith(suffix) && names.has(path.slice(0, -suffix.length)));
  return new Map(
    paths
      .filter(({ path }) => !isForm(path))
      .map(({ path, modified }) => {
        const type = types[extname(path)] ?? 'application/octet-stream';
        const form = (suffix: string, coding?: string) =>
          formOf(readFileSync(join(folder, `${path}${suffix}`)), type, modified, coding);
        const present = codings.filter(({ suffix }) => names.has(`${path}${suffix}`));
        const coded = new Map(present.map(({ name, suffix }) => [name, form(suffix, name)]));
        return [path, { plain: form(''), coded }] as const;
      }),
  );
}

/** Answers a GET or HEAD with the file, or with 304 when the peer has it already (RFC 9110 13.1.2). */
export function serveFile(
  file: StoredFile,
  request: IncomingMessage,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
): void {
  const { body, etag, headers: own } = formFor(file, String(request.headers['accept-encoding'] ?? ''));
  if (isKnown(etag, request.headers['if-none-match'])) {
    response.writeHead(304, { ETag: etag, Vary: 'Accept-Encoding', ...headers }).end();
    return;
  }
  response.writeHead(200, { ...own, ...headers });
  if (request.method === 'HEAD') response.end();
  else sendBody(response, body);
}

function formOf(body: Buffer, type: string, modified: Date, coding: string | undefined): Representation {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return {
    body,
    etag,
    headers: {
      'Content-Type': type,
      'Content-Length': body.length,
      ...(coding && { 'Content-Encoding': coding }),
      'Last-Modified': modified.toUTCString(),
      ETag: etag,
      Vary: 'Accept-Encoding',
    },
  };
}

function formFor({ plain, coded }: StoredFile, accepted: string): Representation {
  if (coded.size === 0 || accepted === '') return plain;
  const wanted = new Set(
    accepted
      .slice(0, MOST_OF_HEADER)
      .toLowerCase()
      .split(',')
      .filter(item => !/;\s*q=0(?:\.0*)?\s*$/.test(item))
      .map(item => item.split(';', 1)[0]?.trim()),
  );
  for (const [name, form] of coded) if (wanted.has(name)) return form;
  return plain;
}

function isKnown(etag: string, header: string | undefined): boolean {
  return header?.trim() === '*' || (header?.includes(etag) ?? false);
}

interface Listed {
  readonly path: string;
  readonly size: number;
  readonly modified: Date;
}

/** Hidden files left out, links followed. */
function listed(folder: string, within = '', depth = 0): Listed[] {
  if (depth > MOST_DEPTH) return [];
  return readdirSync(join(folder, within))
    .filter(name => !name.startsWith('.'))
    .flatMap(name => {
      const path = `${within}/${name}`;
      const stats = statSync(join(folder, path));
      if (stats.isDirectory()) return listed(folder, path, depth + 1);
      return stats.isFile() ? [{ path, size: stats.size, modified: stats.mtime }] : [];
    });
}
