/**
 * Small files of ours: read with a bound, written whole or not at all, moved aside when they make no sense.
 *
 * @module
 */
import { count } from "../shared/text.ts";

/** What was found at a path. */
export type Found<T> =
  | { readonly kind: "none" }
  | { readonly kind: "found"; readonly value: T }
  /** Its content makes no sense; `why` follows the file's name in a sentence. */
  | { readonly kind: "broken"; readonly why: string }
  /** It may make sense, and cannot be read. */
  | { readonly kind: "unreadable"; readonly why: string };

/**
 * Reads a file of at most `most` bytes of UTF-8.
 *
 * @param parse Says what the text means, or as a string what is wrong with it, to follow the file's name in a sentence.
 */
export function readSmall<T extends object>(path: string, most: number, parse: (text: string) => T | string): Found<T> {
  try {
    const { isFile, size } = Deno.statSync(path);
    // Reading a pipe would wait for ever.
    if (!isFile) return { kind: "unreadable", why: "is not a file" };
    if (size > most) return { kind: "broken", why: `has more than ${count(most)} bytes` };
    const text = decode(Deno.readFileSync(path));
    const value = text === undefined ? "is not text in UTF-8" : parse(text);
    return typeof value === "string" ? { kind: "broken", why: value } : { kind: "found", value };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return { kind: "none" };
    return { kind: "unreadable", why: `cannot be read: ${systemMessage(error)}` };
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Writes a private file so that whoever reads it finds the old text or the new one, even if the process is killed. */
export function writeWhole(path: string, text: string): void {
  const unfinished = `${path}.${Deno.pid}.tmp`;
  try {
    Deno.writeTextFileSync(unfinished, text, { mode: 0o600 });
    Deno.renameSync(unfinished, path);
  } catch (error) {
    removeIfThere(unfinished);
    throw error;
  }
}

/** Removes a file; none is as good. */
export function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Moves a file to a name of its own that tells the day; returns what was done, in a sentence that begins with the file and `why`. */
export function moveAside(path: string, why: string, now: Date): string {
  const free = freeName(`${path}.broken-${now.toISOString().slice(0, 10)}`);
  if (free === undefined) return `${path} ${why}, and cannot be moved aside; going on without it`;
  try {
    Deno.renameSync(path, free);
  } catch {
    // Whatever keeps it there, the sentence says that it is there; and nobody needs the empty file.
    removeIfThere(free);
    return `${path} ${why}, and cannot be moved aside; going on without it`;
  }
  return `${path} ${why}: moved to ${free}, going on without it`;
}

/** The first name that nobody has; there is an empty file of that name then, so that nobody else takes it. */
function freeName(name: string): string | undefined {
  for (let n = 1; n <= 100; n++) {
    const candidate = n === 1 ? name : `${name}-${n}`;
    try {
      Deno.openSync(candidate, { write: true, createNew: true, mode: 0o600 }).close();
      return candidate;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) return undefined;
    }
  }
  return undefined;
}

/** What the operating system said; throws on what is a defect of ours. */
export function systemMessage(error: unknown): string {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) {
    throw error;
  }
  return error.message;
}
