import { assert, assertEquals } from "@std/assert";
import { opening } from "../../server/opening.ts";

const OPENING = {
  host: "127.0.0.1",
  port: 12345,
  keeps: "nothing",
  consoleKey: undefined,
  asks: "nothing",
  own: ["192.168.1.5", "fd00::5"],
  command: "chat",
  root: false,
} as const;

Deno.test("opening: the links are whole, for every address that others may reach", () => {
  const links = (host: string, consoleKey?: string) => opening({ ...OPENING, host, consoleKey }).match(/http:\S+/g);
  assertEquals(links("127.0.0.1"), ["http://127.0.0.1:12345/"]);
  assertEquals(links("0.0.0.0"), ["http://192.168.1.5:12345/"]);
  assertEquals(links("::"), ["http://192.168.1.5:12345/", "http://[fd00::5]:12345/"]);
  assertEquals(links("127.0.0.1", "secret"), ["http://127.0.0.1:12345/", "http://127.0.0.1:12345/console"]);
  assertEquals(links("0.0.0.0", "secret"), ["http://192.168.1.5:12345/", "http://192.168.1.5:12345/console#secret"]);
});

Deno.test("opening: whoever listens for this machine only is told how to let others in", () => {
  assert(opening(OPENING).includes("\nOnly this machine can join. For others, start it with: chat server --host 0.0.0.0\n"));
  assert(!opening({ ...OPENING, host: "0.0.0.0" }).includes("Only this machine"));
});

Deno.test("opening: whoever starts it as root is told in one line what to do instead, and nobody else", () => {
  assertEquals(opening({ ...OPENING, root: true }).match(/.*root.*/g)?.length, 1);
  assert(opening({ ...OPENING, root: true }).includes("run it as a user of its own, as in the README under As a service\n"));
  assert(!opening(OPENING).includes("root"));
});
