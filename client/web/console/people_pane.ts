/// <reference lib="dom" />
/**
 * Who is connected.
 *
 * @module
 */
import type { Person } from "../../../shared/console.ts";
import { cleanText, count, plural } from "../../../shared/text.ts";
import { button, byId, element } from "../elements.ts";
import { nickClass } from "../message.ts";
import { bytesText, spanText } from "./amounts.ts";

/** Somebody who is this far behind is marked, in bytes. */
const FAR_BEHIND = 65_536;
const MINUTE_MS = 60_000;

/** The list of people on the page. */
export class PeoplePane {
  readonly #list = byId("people", HTMLUListElement);
  readonly #count = byId("people-count", HTMLElement);
  readonly #more = element("li", { class: "quiet" });
  readonly #rows = new Map<string, Row>();
  readonly #disconnect: (person: Person) => void;

  /** @param disconnect Asks whether somebody is to be disconnected. */
  constructor(disconnect: (person: Person) => void) {
    this.#disconnect = disconnect;
  }

  /** @param more People that are not listed. */
  show(people: readonly Person[], more: number): void {
    this.#count.textContent = count(people.length + more);
    const here = new Set(people.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (here.has(id)) continue;
      row.root.remove();
      this.#rows.delete(id);
    }
    for (const person of people) {
      const row = this.#rows.get(person.id) ?? this.#add(person.id);
      row.show(person);
    }
    this.#more.textContent = people.length + more === 0 ? "Nobody is in." : `and ${count(more)} more`;
    if (more > 0 || people.length === 0) this.#list.append(this.#more);
    else this.#more.remove();
  }

  /** Rows stay where they are: the one under the pointer must not move away. */
  #add(id: string): Row {
    const row = new Row(this.#disconnect);
    this.#rows.set(id, row);
    this.#list.append(row.root);
    return row;
  }
}

/** Somebody in the list; every second only what changed is written. */
class Row {
  readonly root = element("li");
  readonly #nick = element("span", { dir: "auto" });
  readonly #rooms = element("span", { class: "quiet", dir: "auto" });
  readonly #facts = element("p", { class: "quiet" });
  readonly #behind = element("p");
  readonly #part: HTMLButtonElement;
  #shown = "";
  #person: Person | undefined;

  constructor(disconnect: (person: Person) => void) {
    this.#part = button({ class: "quiet", text: "Disconnect" }, () => {
      if (this.#person !== undefined) disconnect(this.#person);
    });
    this.root.append(element("p", {}, this.#nick, " ", this.#rooms), this.#part, this.#facts, this.#behind);
  }

  show(person: Person): void {
    this.#person = person;
    const nick = cleanText(person.nick);
    const rooms = person.rooms.map((room) => `#${cleanText(room)}`).join(" ");
    const since = person.forMs === undefined ? "broke a moment ago" : `for ${spanText(calm(person.forMs))}`;
    const facts = [person.address, person.transport, since, plural(person.sent, "message")].join(" · ");
    const behind = person.behind === 0 ? "" : `${bytesText(person.behind)} behind`;
    const shown = JSON.stringify([nick, rooms, facts, behind]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#nick.className = nickClass(nick);
    this.#nick.textContent = nick;
    this.#rooms.textContent = rooms;
    this.#facts.textContent = facts;
    this.#behind.textContent = behind;
    this.#behind.className = person.behind > FAR_BEHIND ? "problem" : "quiet";
    this.#part.setAttribute("aria-label", `Disconnect ${nick}`);
  }
}

/** A span in whole minutes once it has one: a list in which everything moves each second is hard to read. */
function calm(ms: number): number {
  return ms < MINUTE_MS ? ms : ms - ms % MINUTE_MS;
}
