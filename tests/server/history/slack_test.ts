import { assertEquals } from "@std/assert";
import { slackOf, wipeSlack } from "../../../server/history/slack.ts";
import { TempFolder } from "../../temp_folder.ts";

const PAGE = 4_096;
const MIB = 1 << 20;
/** More than two slices. */
const SIZE = 40 * MIB + 3 * PAGE;

/** A page whose cells begin at `content`, with something in every byte. */
function page(type: number, { cells, content, at = 0 }: { cells: number; content: number; at?: number }): Uint8Array {
  const bytes = new Uint8Array(PAGE).fill(0xab);
  bytes.set([type, 0, 0, cells >> 8, cells & 255, content >> 8 & 255, content & 255, 0], at);
  return bytes;
}

Deno.test("slackOf knows the four kinds of pages of a b-tree, and leaves whatever makes no sense", () => {
  const at = (type: number, cells: number, content: number) => slackOf(page(type, { cells, content }), false);
  assertEquals([at(0x0d, 2, 4_000), at(0x0a, 2, 4_000), at(0x05, 2, 4_000), at(0x02, 2, 4_000)], [
    [12, 4_000],
    [12, 4_000],
    [16, 4_000],
    [16, 4_000],
  ]);
  assertEquals(slackOf(page(0x0d, { cells: 3, content: 4_096, at: 100 }), true), [114, 4_096]);
  for (const type of [0, 1, 3, 0x0c, 0xff]) assertEquals(at(type, 2, 4_000), undefined);
  assertEquals([at(0x0d, 2_000, 3_000), at(0x0d, 1, 4_097), at(0x0d, 1, 0)], [undefined, undefined, undefined]);
});

Deno.test("wipeSlack overwrites the slack of every page, slice by slice, and not one byte else", () => {
  using folder = new TempFolder();
  const name = `${folder.path}/chat.db`;
  const before = new Uint8Array(SIZE);
  const wanted = new Uint8Array(SIZE);
  for (let at = 0; at < SIZE; at += 977 * PAGE) {
    const header = at === 0 ? 100 : 0;
    const made = page(0x0d, { cells: 1, content: 3_000, at: header });
    // The file's header: pages of 4,096 bytes, no vacuuming by itself.
    if (at === 0) made.fill(0, 0, 100).set([0x10, 0], 16);
    before.set(made, at);
    wanted.set(made.fill(0, header + 10, 3_000), at);
  }
  Deno.writeFileSync(name, before);
  using file = Deno.openSync(name, { read: true, write: true });
  const slices: (number | undefined)[] = [];
  for (let next: number | undefined = 0; next !== undefined;) slices.push(next = wipeSlack(file, next));
  assertEquals(slices, [16 * MIB, 32 * MIB, undefined]);
  assertEquals(new Uint8Array(Deno.readFileSync(name)).every((byte, i) => byte === wanted[i]), true);
});

Deno.test("wipeSlack leaves a database alone that vacuums itself: it has pages of another kind", () => {
  using folder = new TempFolder();
  const name = `${folder.path}/chat.db`;
  const bytes = page(0x0d, { cells: 1, content: 3_000, at: 100 });
  bytes.fill(0, 0, 100).set([0x10, 0], 16);
  bytes[55] = 1;
  Deno.writeFileSync(name, bytes);
  using file = Deno.openSync(name, { read: true, write: true });
  assertEquals(wipeSlack(file, 0), undefined);
  assertEquals(Deno.readFileSync(name), bytes);
});
