import { assertEquals } from "@std/assert";
import { Sidebars } from "../../../client/web/sidebars.ts";
import type { Input } from "../../../client/input.ts";
import type { Member } from "../../../shared/protocol.ts";
import { type FakeElement, page } from "./fake_dom.ts";

/** The lists, what is asked for in them, and whom something is to be done about. */
function sidebars(): { readonly made: Sidebars; readonly wanted: Input[]; readonly kept: Member[] } {
  page.reset();
  const wanted: Input[] = [];
  const kept: Member[] = [];
  return { made: new Sidebars((input) => void wanted.push(input), (member) => void kept.push(member)), wanted, kept };
}

function items(list: string): FakeElement[] {
  return page.get(list).children;
}

function show(sidebars: Sidebars, members: readonly Member[], total = members.length + 1): void {
  const own: Member = { nick: "me", from: "own", role: "owner" };
  const room = { name: "lobby", topic: "", cursor: 0, total, members: new Map([own, ...members].map((member) => [member.from, member])) };
  sidebars.people(room, "me");
}

const ada: Member = { nick: "ada", from: "s-ada" };
const bob: Member = { nick: "bob", from: "s-bob" };
const zoe: Member = { nick: "zoe", from: "s-zoe" };

Deno.test("Sidebars keep whoever stays in the list of people, and the focus, when others come, go and change", () => {
  const { made, kept } = sidebars();
  show(made, [ada, zoe]);
  const zoes = items("people-list")[2];
  const button = zoes.querySelectorAll("button")[0];
  button.focus();
  for (const others of [[ada, bob], [bob], [{ ...bob, away: "tea" }], []]) {
    show(made, [...others, zoe], 99);
    assertEquals([items("people-list").includes(zoes), page.active === button], [true, true]);
    assertEquals(items("people-list").map(({ textContent }) => textContent), [
      ...others.map(({ nick, away }: Member) => away === undefined ? `${nick}⋯` : `${nick} away: ${away}⋯`),
      "me (you) owner",
      "zoe⋯",
      `and ${99 - others.length - 2} more`,
    ]);
  }
  button.click();
  assertEquals(kept, [zoe]);
});

Deno.test("Sidebars put the focus on the same button where somebody changes, and on none where they go", () => {
  const { made, kept } = sidebars();
  show(made, [ada, zoe]);
  items("people-list")[2].querySelectorAll("button")[0].focus();
  show(made, [ada, { ...zoe, away: "" }]);
  const [button] = items("people-list")[2].querySelectorAll("button");
  assertEquals(page.active === button, true);
  button.click();
  assertEquals(kept, [{ ...zoe, away: "" }]);
  show(made, [ada]);
  assertEquals(page.active, null);
});

Deno.test("Sidebars keep the focus in the list of rooms, on the button that leaves one too", () => {
  const { made, wanted } = sidebars();
  const room = (number: number, name: string, unread = 0) => ({ number, name, unread, mentioned: false });
  made.rooms([room(1, "lobby"), room(2, "dev")], "lobby");
  const [lobby, dev] = items("room-list");
  dev.querySelectorAll("button")[1].focus();
  made.rooms([room(1, "lobby"), room(2, "dev", 3)], "lobby");
  assertEquals([items("room-list")[0] === lobby, items("room-list")[1] === dev], [true, false]);
  const [, leave] = items("room-list")[1].querySelectorAll("button");
  assertEquals(page.active === leave, true);
  leave.click();
  assertEquals(wanted, [{ kind: "part", room: "dev" }]);
  made.rooms([room(1, "lobby")], "lobby");
  assertEquals([items("room-list").length, items("room-list")[0].querySelectorAll("button").length], [1, 1]);
});
