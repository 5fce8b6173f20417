/**
 * A message's text in pieces: words, links, code, and our name. Pure: what becomes of the pieces is the page's business.
 *
 * @module
 */

/** A piece of a text. The texts of all pieces, joined, are the whole of it, but for the marks around code. */
export type Piece =
  | { readonly kind: "words" | "code" | "mention"; readonly text: string }
  /** `host` is where it leads, set where the text itself does not say so plainly. */
  | { readonly kind: "link"; readonly text: string; readonly href: string; readonly host?: string };

/** A block or a span of code, or a link: one of `http` or `https`, and of nothing else. */
const SPECIAL = /```(?<block>[^]+?)```|`(?<span>[^`\n]+)`|(?<![\p{L}\p{N}])(?<url>https?:\/\/[^\s<>"`]+)/giu;

/**
 * Takes a text apart. Only `http` and `https` make a link.
 *
 * @param mention Finds our name; a global expression.
 *
 * @example
 * ```ts
 * import { pieces } from "./rich_text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pieces("see https://deno.com."), [
 *   { kind: "words", text: "see " },
 *   { kind: "link", text: "https://deno.com", href: "https://deno.com/" },
 *   { kind: "words", text: "." },
 * ]);
 * ```
 */
export function pieces(text: string, mention?: RegExp): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const { index, 0: whole, groups = {} } of text.matchAll(SPECIAL)) {
    const code = groups.block?.replace(/^\n|\n$/g, "") ?? groups.span;
    const piece = code === undefined ? link(whole) : { kind: "code" as const, text: code };
    if (piece === undefined) continue;
    found.push(...words(text.slice(at, index), mention), piece);
    at = index + (code === undefined ? piece.text.length : whole.length);
    // Several lines of code stand on lines of their own.
    if (code?.includes("\n") && text[at] === "\n") at++;
  }
  return [...found, ...words(text.slice(at), mention)];
}

/** What stands at the end of a sentence, or closes a bracket that was not opened, is no part of a link. */
function link(text: string): Piece | undefined {
  let url = text.replace(/[.,;:!?'*_]+$/, "");
  while (/[)\]}]$/.test(url) && !balanced(url)) url = url.slice(0, -1).replace(/[.,;:!?'*_]+$/, "");
  if (!URL.canParse(url)) return undefined;
  const { href, host } = new URL(url);
  const shown = /^https?:\/\/(?<authority>[^/?#]*)/i.exec(url)?.groups?.authority.toLowerCase();
  const plain = shown?.replace(/:(80|443)$/, "") === host;
  return { kind: "link", text: url, href, ...plain ? {} : { host } };
}

function balanced(text: string): boolean {
  const close = text.at(-1)!;
  const open = "([{"[")]}".indexOf(close)];
  return text.split(open).length >= text.split(close).length;
}

function words(text: string, mention: RegExp | undefined): Piece[] {
  if (text === "") return [];
  if (mention === undefined) return [{ kind: "words", text }];
  const found: Piece[] = [];
  let at = 0;
  for (const { index, 0: name } of text.matchAll(mention)) {
    if (index > at) found.push({ kind: "words", text: text.slice(at, index) });
    found.push({ kind: "mention", text: name });
    at = index + name.length;
  }
  if (at < text.length) found.push({ kind: "words", text: text.slice(at) });
  return found;
}
