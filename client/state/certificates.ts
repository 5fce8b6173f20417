/**
 * By what each server is known that was joined encrypted: so that another one in its place is found out.
 *
 * @module
 */
import { isFingerprint } from "../../shared/fingerprint.ts";
import { cleanText } from "../../shared/text.ts";
import { type Found, readSmall, systemMessage, writeWhole } from "../files.ts";
import { takeLock } from "./lock.ts";

/** Its name in the state folder. */
export const CERTIFICATES_FILE = "certificates.json";

const MOST_BYTES = 4_194_304;
/** How long to wait for other clients that write. */
const WAIT_MS = 2_000;

/** A certificate's fingerprint; or that an authority vouches for whatever certificate there is. */
export type Mark = string | "authority";

/** The marks of servers, by `host:port`. */
export class KnownCertificates {
  readonly #folder: string | undefined;
  /** What this process has seen. */
  readonly #seen = new Map<string, Mark>();

  /** @param folder The state folder; `undefined` remembers for this process only. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** The file; `undefined` where there is none. */
  get path(): string | undefined {
    return this.#folder === undefined ? undefined : `${this.#folder}/${CERTIFICATES_FILE}`;
  }

  /** What a server is known by; `undefined` when it is not known. In a sentence, why nobody can tell. */
  recall(server: string): { readonly mark: Mark | undefined } | { readonly problem: string } {
    const seen = this.#seen.get(server.toLowerCase());
    if (seen !== undefined) return { mark: seen };
    const found = this.#read();
    if (found.kind === "found") return { mark: found.value.get(server.toLowerCase()) };
    // To go on without it would be to trust anybody.
    return found.kind === "none" ? { mark: undefined } : { problem: `${this.path} ${found.why}. Mend it, or remove it to begin anew` };
  }

  /** Remembers what a server is known by; returns in a sentence why it could not be written down. */
  remember(server: string, mark: Mark): string | undefined {
    this.#seen.set(server.toLowerCase(), mark);
    if (this.#folder === undefined) return undefined;
    try {
      Deno.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      using lock = takeLock(`${this.#folder}/lock`, WAIT_MS);
      if (lock === undefined) throw new Error("other chat clients do not let go of it");
      const found = this.#read();
      if (found.kind === "broken" || found.kind === "unreadable") throw new Error(found.why);
      const marks = new Map([...found.kind === "found" ? found.value : [], [server.toLowerCase(), mark]]);
      writeWhole(`${this.#folder}/${CERTIFICATES_FILE}`, `${JSON.stringify(Object.fromEntries(marks), undefined, 1)}\n`);
      return undefined;
    } catch (error) {
      return `${this.path} cannot be written: ${systemMessage(error)}`;
    }
  }

  #read(): Found<ReadonlyMap<string, Mark>> {
    return this.path === undefined ? { kind: "none" } : readSmall(this.path, MOST_BYTES, parse);
  }
}

function parse(text: string): ReadonlyMap<string, Mark> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "is not JSON";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "is not a list of servers";
  const marks = Object.entries(value);
  const wrong = marks.find(([, mark]) => typeof mark !== "string" || !(mark === "authority" || isFingerprint(mark)));
  return wrong ? `has no fingerprint for ${JSON.stringify(cleanText(wrong[0]))}` : new Map(marks);
}
