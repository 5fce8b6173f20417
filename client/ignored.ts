/**
 * People one would rather not hear.
 *
 * @module
 */
import { fold } from "../shared/names.ts";
import type { Change } from "./changes.ts";

/** Names whose owners are not shown: what they say and that they come and go. The server and the others know nothing of it. */
export class Ignored {
  /** As somebody wants it. */
  readonly #typed = new Set<string>();
  /** Of those who had an ignored name before: theirs only for as long as they have them. */
  readonly #borrowed = new Set<string>();

  add(name: string): void {
    this.#typed.add(fold(name));
  }

  /** False when it was not ignored. */
  delete(name: string): boolean {
    const [typed, borrowed] = [this.#typed, this.#borrowed].map((names) => names.delete(fold(name)));
    return typed || borrowed;
  }

  /** Somebody has another name; it is no way out, and whoever has the name before next is somebody else. */
  renamed(from: string, to: string): void {
    if (!this.has(from)) return;
    this.#borrowed.delete(fold(from));
    this.#borrowed.add(fold(to));
  }

  /** Nobody here has this name any more. */
  gone(name: string): void {
    this.#borrowed.delete(fold(name));
  }

  has(name: string): boolean {
    if (this.#typed.size + this.#borrowed.size === 0) return false;
    const folded = fold(name);
    return this.#typed.has(folded) || this.#borrowed.has(folded);
  }

  /** Whether a change is somebody's who is ignored. */
  covers(change: Change): boolean {
    if (change.kind === "said") return !change.own && this.has(change.entry.by);
    // The name before may be free again.
    if (change.kind === "renamed" && this.has(change.nick)) return true;
    // What is gone is gone, whoever says so.
    return change.kind !== "deleted" && "by" in change && this.has(change.by);
  }
}
