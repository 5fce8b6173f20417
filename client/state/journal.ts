/**
 * One running client's unacknowledged messages, in a file of its own: a line for each that is said, a line for each answer. Whoever finds the
 * file after the client has died says them again, with the same refs, so that the server keeps each once.
 *
 * @module
 */
import { decodeClientFrame } from "../../shared/codec.ts";
import { removeIfThere, writeWhole } from "../files.ts";
import type { SayWithRef } from "../unacknowledged.ts";

/** The file is written anew when it is larger than this and than twice what waits. */
const REWRITE_BYTES = 262_144;

/** Whose messages they are: the first line, and another where the name changes. */
export interface Owner {
  /** The server's address. */
  readonly server: string;
  /** The name they are said under; `undefined` while there is none. */
  readonly name: string | undefined;
  /** Tells the installation: a server knows a ref only together with the secret it came with. */
  readonly installation: string;
}

/** A message without an answer, and when it was said, in ms since 1970. */
export interface Waiting {
  readonly at: number;
  readonly say: SayWithRef;
}

/** A journal that is being kept. Its methods throw when the file cannot be written, once: from then on it is kept in memory only. */
export class Journal {
  readonly #path: string;
  readonly #waiting = new Map<string, Waiting>();
  #owner: Owner;
  #file: Deno.FsFile | undefined;
  #bytes = 0;
  #rewriteAt = REWRITE_BYTES;

  /** Begins a file with these messages in it. */
  constructor(path: string, owner: Owner, waiting: readonly Waiting[]) {
    this.#path = path;
    this.#owner = owner;
    for (const message of waiting) this.#waiting.set(message.say.ref, message);
    this.#rewrite();
  }

  add(message: Waiting): void {
    if (this.#waiting.has(message.say.ref)) return;
    this.#waiting.set(message.say.ref, message);
    this.#append(line(message));
  }

  remove(ref: string): void {
    if (this.#waiting.delete(ref)) this.#append(line({ answered: ref }));
  }

  rename(name: string): void {
    if (name === this.#owner.name) return;
    this.#owner = { ...this.#owner, name };
    this.#append(line(this.#owner));
  }

  /** Ends it. The file is left only where something waits; one that could not be written gets another chance. */
  close(): void {
    const failed = this.#file === undefined;
    this.#file?.close();
    this.#file = undefined;
    if (this.#waiting.size === 0) removeIfThere(this.#path);
    else if (failed) writeWhole(this.#path, this.#text());
  }

  #append(text: string): void {
    if (this.#file === undefined) return;
    try {
      let bytes = new TextEncoder().encode(text);
      this.#bytes += bytes.length;
      while (bytes.length > 0) bytes = bytes.subarray(this.#file.writeSync(bytes));
      if (this.#bytes > this.#rewriteAt) this.#rewrite();
    } catch (error) {
      this.#file?.close();
      this.#file = undefined;
      throw error;
    }
  }

  #rewrite(): void {
    // Windows replaces no file that is open.
    this.#file?.close();
    this.#file = undefined;
    const text = this.#text();
    writeWhole(this.#path, text);
    this.#file = Deno.openSync(this.#path, { append: true });
    this.#bytes = new TextEncoder().encode(text).length;
    this.#rewriteAt = Math.max(REWRITE_BYTES, 2 * this.#bytes);
  }

  #text(): string {
    return [this.#owner, ...this.#waiting.values()].map(line).join("");
  }
}

/** What a journal holds. */
export interface JournalContent {
  readonly owner: Owner;
  readonly waiting: readonly Waiting[];
  /** Whether there were lines that make no sense. The last one may be cut short: its writer was killed. */
  readonly broken: boolean;
}

/** Reads a journal's text; a string says what is wrong with the whole of it, to follow the file's name in a sentence. */
export function parseJournal(text: string): JournalContent | string {
  const waiting = new Map<string, Waiting>();
  let owner: Owner | undefined;
  let broken = false;
  for (const line of text.split("\n").slice(0, -1)) {
    const item = parseLine(line);
    if (item === undefined) broken = true;
    else if ("say" in item) waiting.set(item.say.ref, item);
    else if ("answered" in item) waiting.delete(item.answered);
    else owner = item;
  }
  return owner === undefined ? "does not say whose it is" : { owner, waiting: [...waiting.values()], broken };
}

type Line = Owner | Waiting | { readonly answered: string };

function line(item: Line): string {
  return `${JSON.stringify(item)}\n`;
}

function parseLine(line: string): Line | undefined {
  let value: Record<string, unknown> | null;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { at, say, answered, server, name, installation } = value ?? {};
  if (typeof answered === "string") return { answered };
  if (typeof server === "string" && typeof installation === "string") {
    return { server, installation, name: typeof name === "string" ? name : undefined };
  }
  const frame = Number.isFinite(at) ? decodeClientFrame(JSON.stringify(say) ?? "") : undefined;
  return frame?.kind === "say" && frame.ref !== undefined ? { at: at as number, say: { ...frame, ref: frame.ref } } : undefined;
}
