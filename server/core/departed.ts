/**
 * Who had a name a moment ago, and left or took another: a ban is meant for whoever has just fled from it, and not for whose name they borrowed. Pure.
 *
 * @module
 */
import { fold } from "../../shared/names.ts";
import type { Former, Person } from "./moderation_rules.ts";
import { household } from "./network.ts";

/** Names that are remembered, and of one address. */
const NAMES = 1_000;
const NAMES_OF_ADDRESS = 250;
/** For how long, in milliseconds. */
const MS = 60 * 60_000;

/**
 * The newest names that somebody had and has no more, each with who had it last: at most {@link NAMES}, each for an hour. Of one address at most
 * {@link NAMES_OF_ADDRESS}, so that nobody's friends can have them forgotten.
 */
export class Departed {
  /** The oldest first. */
  readonly #people = new Map<string, { readonly person: Person; readonly at: number; readonly from: string }>();

  /** Somebody left, or has another name than `nick`, at the time `now`, in milliseconds on any clock. */
  left(nick: string, person: Person, now: number): void {
    const name = fold(nick);
    const from = household(person.host);
    this.#people.delete(name);
    this.#people.set(name, { person: { ...person, isHere: false }, at: now, from });
    const neighbours = [...this.#people].filter(([, other]) => other.from === from);
    if (neighbours.length > NAMES_OF_ADDRESS) this.#people.delete(neighbours[0][0]);
    for (const [other, { at }] of this.#people) {
      if (this.#people.size <= NAMES && now - at < MS) break;
      this.#people.delete(other);
    }
  }

  /** Who had a name last. */
  find(nick: string, now: number): Former | undefined {
    const found = this.#people.get(fold(nick.trim()));
    return found && now - found.at < MS ? { person: found.person, ago: now - found.at } : undefined;
  }
}
