/**
 * People one would rather not hear.
 *
 * @module
 */
import { fold } from "../shared/names.ts";
import type { Change } from "./changes.ts";

/** Names whose owners are not shown: what they say and that they come and go. The server and the others know nothing of it. */
export class Ignored {
  readonly #names = new Set<string>();

  add(name: string): void {
    this.#names.add(fold(name));
  }

  /** False when it was not ignored. */
  delete(name: string): boolean {
    return this.#names.delete(fold(name));
  }

  /** Somebody has another name; it is no way out. */
  renamed(from: string, to: string): void {
    if (this.has(from)) this.add(to);
  }

  has(name: string): boolean {
    return this.#names.size > 0 && this.#names.has(fold(name));
  }

  /** Whether a change is somebody's who is ignored. */
  covers(change: Change): boolean {
    if (change.kind === "said") return !change.own && this.has(change.entry.by);
    // What is gone is gone, whoever says so.
    return change.kind !== "deleted" && "by" in change && this.has(change.by);
  }
}
