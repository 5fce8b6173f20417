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

function link(text: string): Piece | undefined {
  const url = withoutEnd(text);
  if (!URL.canParse(url)) return undefined;
  const { href, host } = new URL(url);
  const shown = /^https?:\/\/(?<authority>[^/?#]*)/i.exec(url)?.groups?.authority.toLowerCase();
  const plain = shown?.replace(/:(80|443)$/, "") === host;
  return { kind: "link", text: url, href, ...plain ? {} : { host } };
}

/** What stands at the end of a sentence, or closes a bracket that was not opened, is no part of a link. */
function withoutEnd(text: string): string {
  const unopened = new Map(["()", "[]", "{}"].map(([open, close]) => [close, text.split(close).length - text.split(open).length]));
  let end = text.length;
  for (; end > 0; end--) {
    const char = text[end - 1];
    if (".,;:!?'*_".includes(char)) continue;
    const closing = unopened.get(char) ?? 0;
    if (closing <= 0) break;
    unopened.set(char, closing - 1);
  }
  return text.slice(0, end);
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
