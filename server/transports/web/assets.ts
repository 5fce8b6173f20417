/**
 * The files of the chat page, read once: a request can only ask for what is in the map, and no path is ever made from it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Answer, plain } from "./answer.ts";

/** A file of the page. */
export interface Asset {
  readonly bytes: Uint8Array;
  /** Its media type. */
  readonly type: string;
  /** Changes with its bytes, in quotes. */
  readonly etag: string;
}

/** Each file by the path that it is asked for. */
export type Assets = ReadonlyMap<string, Asset>;

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

const INDEX = "index.html";
const NO_BUNDLE = "The chat page is not there: it has not been made yet. Make it with: deno task bundle   and start the server again. " +
  "The terminal client and netcat work without it.";

/** Reads a folder's files; none when there is no such folder. `index.html` is at `/`, another page under its name without `.html`. */
export async function loadAssets(folder: string): Promise<Assets> {
  const assets = new Map<string, Asset>();
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      const type = TYPES[name.slice(name.lastIndexOf(".") + 1)];
      if (!isFile || type === undefined) continue;
      const bytes = await Deno.readFile(`${folder}/${name}`);
      const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
      assets.set(name === INDEX ? "/" : `/${name.replace(/\.html$/, "")}`, { bytes, type, etag });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return assets;
}

/** The answer to who asks for a file. @param known The `If-None-Match` of the request: what it has already. */
export function assetAnswer(assets: Assets, path: string, known: string | undefined): Answer {
  const asset = assets.get(path);
  if (!asset) return path === "/" ? plain(503, NO_BUNDLE) : plain(404, "There is nothing here. The chat is at /");
  const { bytes, type, etag } = asset;
  // Asked for each time, so that a new server is seen at once; most times the answer is that nothing is new.
  const fields = { "ETag": etag, "Cache-Control": "no-cache" };
  const isKnown = known?.split(",").some((tag) => [etag, `W/${etag}`, "*"].includes(tag.trim()));
  return isKnown
    ? { status: 304, fields, body: new Uint8Array(0) }
    : { status: 200, fields: { ...fields, "Content-Type": type }, body: bytes };
}
