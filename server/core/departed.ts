/**
 * Who was here a moment ago: a ban is meant for whoever has just fled from it. Pure.
 *
 * @module
 */
import { fold } from "../../shared/names.ts";
import type { Person } from "./moderation_rules.ts";

/** People that are remembered. */
const PEOPLE = 1_000;
/** For how long, in milliseconds. */
const MS = 60 * 60_000;

/** The newest who left, by name: at most {@link PEOPLE}, each for an hour. */
export class Departed {
  readonly #people = new Map<string, { readonly person: Person; readonly at: number }>();

  /** Somebody left at the time `now`, in milliseconds on any clock. */
  left(person: Person, now: number): void {
    const name = fold(person.nick);
    this.#people.delete(name);
    this.#people.set(name, { person: { ...person, isHere: false }, at: now });
    for (const [other, { at }] of this.#people) {
      if (this.#people.size <= PEOPLE && now - at < MS) break;
      this.#people.delete(other);
    }
  }

  find(nick: string, now: number): Person | undefined {
    const found = this.#people.get(fold(nick.trim()));
    return found && now - found.at < MS ? found.person : undefined;
  }
}
