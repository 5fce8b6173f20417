import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { AT_ONCE, EVERY_MS, NewRooms, UNSPOKEN_PER_ADDRESS } from "../../../server/core/new_rooms.ts";
import { LIMITS } from "../../../shared/protocol.ts";

const HOST = "203.0.113.7";

/** Begins rooms at one time and closes each at once; how many were let begin. */
function begun(rooms: NewRooms, many: number, { host = HOST, now = 0 } = {}): number {
  let begun = 0;
  for (let i = 0; i < many; i++) {
    if (!rooms.begin(`r${i}`, host, now)) begun++;
    rooms.over(`r${i}`);
  }
  return begun;
}

Deno.test("NewRooms: 100 begin at one address at once, then one a minute; the refusal tells when", () => {
  const rooms = new NewRooms(true);
  assertEquals(begun(rooms, AT_ONCE + 5), AT_ONCE);
  assertEquals(rooms.begin("one-more", HOST, 1_000), {
    code: "too_many_rooms",
    text: "#one-more cannot begin yet: 100 rooms have begun at your address; try again in 59 s",
    retryMs: 59_000,
  });
  assertEquals([begun(rooms, 3, { now: EVERY_MS - 1 }), begun(rooms, 3, { now: EVERY_MS })], [0, 1]);
  assertEquals(begun(rooms, AT_ONCE + 5, { now: 1_000 * EVERY_MS }), AT_ONCE);
});

Deno.test("NewRooms: whenever they are asked for, no more begin at one address than its pace allows", () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 2 * EVERY_MS }), { maxLength: 300 });
  fc.assert(fc.property(pauses, (pauses) => {
    const rooms = new NewRooms(true);
    let [now, begun] = [0, 0];
    for (const pause of pauses) {
      now += pause;
      if (!rooms.begin("r", HOST, now)) begun++;
      rooms.over("r");
    }
    assertEquals(begun <= AT_ONCE + now / EVERY_MS, true);
  }));
});

Deno.test("NewRooms: a /64 is one address, another one is another, and without limits there is none", () => {
  const rooms = new NewRooms(true);
  assertEquals(begun(rooms, AT_ONCE, { host: "2001:db8::1" }), AT_ONCE);
  assertEquals(begun(rooms, 1, { host: "2001:db8::2" }), 0);
  assertEquals(begun(rooms, 1, { host: "2001:db8:0:1::2" }), 1);
  assertEquals(begun(new NewRooms(false), 5_000), 5_000);
});

Deno.test("NewRooms: one address holds 200 that nothing was said in, all of them 1,000; what is over makes place", () => {
  const rooms = new NewRooms(true);
  /** As many as one address holds, slowly. */
  const hold = (host: string, many: number) =>
    Array.from({ length: many }, (_, i) => rooms.begin(`${host}-${i}`, host, i * EVERY_MS)).filter((refusal) => refusal === undefined)
      .length;
  assertEquals(hold(HOST, UNSPOKEN_PER_ADDRESS + 10), UNSPOKEN_PER_ADDRESS);
  const text = "there is no place for #r: 200 rooms from your address are open that nothing was said in; come into another room";
  const later = 1e9;
  assertEquals(rooms.begin("r", HOST, later), { code: "too_many_rooms", text });
  rooms.over(`${HOST}-7`);
  rooms.over(`${HOST}-7`);
  assertEquals([rooms.begin("r", HOST, later)?.code, rooms.begin("s", HOST, later)?.code], [undefined, "too_many_rooms"]);
  for (const host of ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]) assertEquals(hold(host, 200), 200);
  assertEquals(
    rooms.begin("t", "10.0.0.5", later)?.text.split(":")[1].slice(0, 21),
    ` ${LIMITS.roomsOpen.toLocaleString("en")} rooms are open`,
  );
});
