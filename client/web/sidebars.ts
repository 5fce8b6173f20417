/// <reference lib="dom" />
/**
 * What stands beside the log: our rooms on one side, who is here on the other. On a phone both are drawers.
 *
 * @module
 */
import { parseRoomName } from "../../shared/names.ts";
import type { Member } from "../../shared/protocol.ts";
import { cleanText, count } from "../../shared/text.ts";
import type { Input } from "../input.ts";
import type { OpenRoom } from "../rooms.ts";
import type { Room } from "../changes.ts";
import { button, byId, element } from "./elements.ts";
import { KeptList } from "./kept_list.ts";
import { nickClass, roleElement } from "./message.ts";

/** As in a list of names on paper: capitals count for nothing, 9 comes before 10. */
const order = new Intl.Collator(undefined, { numeric: true });

/** Lists, and what is asked for in them. */
export class Sidebars {
  readonly #want: (input: Input) => void;
  readonly #keepOrder: (member: Member) => void;
  readonly #drawers = [byId("rooms", HTMLElement), byId("people", HTMLElement)];
  readonly #buttons = [byId("show-rooms", HTMLButtonElement), byId("show-people", HTMLButtonElement)];
  readonly #roomList = new KeptList(byId("room-list", HTMLUListElement));
  readonly #peopleList = new KeptList(byId("people-list", HTMLUListElement));
  #rooms = "";
  #people = "";

  /** @param want Takes what is asked for. @param keepOrder Takes whom something is to be done about. */
  constructor(want: (input: Input) => void, keepOrder: (member: Member) => void) {
    this.#want = want;
    this.#keepOrder = keepOrder;
    for (const [i, drawer] of this.#drawers.entries()) {
      this.#buttons[i].addEventListener("click", () => this.#toggle(i));
      drawer.querySelector(".close")!.addEventListener("click", () => this.close());
    }
    // Where there is room for the lists, they are no drawers.
    for (const [i, width] of ["44rem", "56rem"].entries()) {
      matchMedia(`(max-width: ${width})`).addEventListener("change", () => this.#set(i, false));
    }
    byId("shade", HTMLElement).addEventListener("click", () => this.close());
    byId("join", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#join();
    });
  }

  /** Closes an open drawer; false where none was. */
  close(): boolean {
    const open = this.#drawers.findIndex((drawer) => drawer.classList.contains("open"));
    if (open === -1) return false;
    this.#set(open, false);
    this.#buttons[open].focus();
    return true;
  }

  /** @param current The room shown. */
  rooms(rooms: readonly OpenRoom[], current: string): void {
    const looks = JSON.stringify([rooms, current]);
    if (looks === this.#rooms) return;
    this.#rooms = looks;
    const leavable = rooms.length > 1;
    this.#roomList.show(rooms.map((room) => {
      const shown = room.name === current;
      return { key: room.name, looks: JSON.stringify([room, shown, leavable]), make: () => this.#room(room, shown, leavable) };
    }));
    const elsewhere = rooms.some(({ name, unread }) => name !== current && unread > 0);
    this.#buttons[0].classList.toggle("unread", elsewhere);
    this.#buttons[0].setAttribute("aria-label", elsewhere ? "Rooms, with new messages" : "Rooms");
  }

  /** @param nick Ours. */
  people(room: Room | undefined, nick: string): void {
    const members = [...room?.members.values() ?? []].sort((a, b) => order.compare(a.nick, b.nick));
    const total = room?.total ?? 0;
    const looks = JSON.stringify([members, total, nick]);
    if (looks === this.#people) return;
    this.#people = looks;
    const own = members.find((member) => member.nick === nick);
    const listed = members.map((member) => {
      const actable = mayActOn(own, member);
      const looks = JSON.stringify([member, member === own, actable]);
      return { key: member.from, looks, make: () => this.#person(member, member === own, actable) };
    });
    const more = `and ${count(total - members.length)} more`;
    const rest = { key: "", looks: more, make: () => element("li", { class: "quiet", text: more }) };
    this.#peopleList.show(total > members.length ? [...listed, rest] : listed);
    for (const place of document.querySelectorAll(".people-count")) place.textContent = count(total);
    this.#buttons[1].setAttribute("aria-label", `People here: ${count(total)}`);
  }

  #person(member: Member, own: boolean, actable: boolean): HTMLLIElement {
    const item = person(member, own);
    if (actable) item.append(this.#orderButton(member));
    return item;
  }

  #orderButton(member: Member): HTMLButtonElement {
    const made = button({ class: "order", text: "⋯", label: `Keep order: ${cleanText(member.nick)}` }, () => this.#keepOrder(member));
    made.setAttribute("aria-haspopup", "dialog");
    return made;
  }

  #room({ name, number, unread, mentioned }: OpenRoom, current: boolean, leavable: boolean): HTMLLIElement {
    const text = `#${cleanText(name)}`;
    const shown = button({ class: "room", title: number < 10 ? `Alt+${number}` : "" }, () => {
      this.#want({ kind: "switch", to: name });
      this.close();
    });
    shown.append(element("span", { class: "name", text, dir: "auto" }));
    shown.dataset.room = name;
    if (current) shown.setAttribute("aria-current", "true");
    if (unread > 0) {
      shown.classList.add("unread");
      const badge = element("span", { class: mentioned ? "badge mentioned" : "badge", text: count(unread) });
      badge.append(element("span", { class: "unseen", text: mentioned ? " unread, somebody says your name" : " unread" }));
      shown.append(badge);
    }
    const item = element("li", {}, shown);
    if (leavable) {
      item.append(button({ class: "part", text: "×", label: `Leave ${text}` }, () => this.#want({ kind: "part", room: name })));
    }
    return item;
  }

  #join(): void {
    const field = byId("join-room", HTMLInputElement);
    const problem = byId("join-problem", HTMLElement);
    const parsed = parseRoomName(field.value);
    problem.textContent = parsed.ok ? "" : parsed.refusal.text;
    if (!parsed.ok) return;
    field.value = "";
    this.#want({ kind: "join", room: parsed.name });
    this.close();
  }

  #toggle(i: number): void {
    const open = !this.#drawers[i].classList.contains("open");
    for (const other of this.#drawers.keys()) this.#set(other, other === i && open);
    if (open) this.#drawers[i].querySelector<HTMLElement>(".close")!.focus();
  }

  #set(i: number, open: boolean): void {
    this.#drawers[i].classList.toggle("open", open);
    this.#buttons[i].setAttribute("aria-expanded", String(open));
    const covered = this.#drawers.some((drawer) => drawer.classList.contains("open"));
    byId("shade", HTMLElement).hidden = !covered;
    for (const below of [byId("top", HTMLElement), byId("middle", HTMLElement)]) below.inert = covered;
  }
}

/** Whether the server would have us keep order with somebody: nobody touches the owner, and only the owner an op. */
function mayActOn(own: Member | undefined, other: Member): boolean {
  if (own?.role === undefined || own === other || other.role === "owner") return false;
  return own.role === "owner" || other.role === undefined;
}

function person({ nick, away, role }: Member, own: boolean): HTMLLIElement {
  const name = cleanText(nick);
  const item = element(
    "li",
    { class: away === undefined ? "person" : "person away" },
    element("span", { class: nickClass(name), text: name, dir: "auto" }),
  );
  if (own) item.append(element("span", { class: "quiet", text: " (you)" }));
  if (role !== undefined) item.append(" ", roleElement(role));
  if (away !== undefined) {
    item.append(element("span", { class: "quiet", text: away === "" ? " away" : ` away: ${cleanText(away)}`, dir: "auto" }));
  }
  return item;
}
