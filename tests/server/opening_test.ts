import { assert, assertEquals } from "@std/assert";
import { opening } from "../../server/opening.ts";
import { localConsoleLink } from "../../server/reach.ts";

const OPENING = {
  host: "127.0.0.1",
  port: 12345,
  keeps: "nothing",
  consoleKey: undefined,
  asks: "nothing",
  ownerCode: undefined,
  owned: false,
  own: ["192.168.1.5", "fd00::5"],
  command: "chat",
  flags: [],
  invite: "chat invite",
  encryption: undefined,
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
  const again = opening({ ...OPENING, flags: ["--port 81", "--tls"], encryption: { names: [] } });
  assert(again.includes("start it with: chat server --host 0.0.0.0 --port 81 --tls\n"), again);
  assert(!opening({ ...OPENING, host: "0.0.0.0" }).includes("Only this machine"));
});

Deno.test("opening: an invite is offered where a password is asked for, and one would be kept", () => {
  const about = (invite: string | undefined, asks: "nothing" | "password" = "password") =>
    opening({ ...OPENING, asks, invite }).split("\n").find((line) => line.startsWith("Whoever"));
  assertEquals(
    about("chat invite --data d"),
    "Whoever comes in is asked for the password. An invite stands in for it, once: chat invite --data d",
  );
  assertEquals(about(undefined), "Whoever comes in is asked for the password.");
  assertEquals(about("chat invite", "nothing"), undefined);
});

Deno.test("opening: a server that encrypts says by what it is known, and how to join without a client of ours", () => {
  const lines = (fingerprint: string | undefined) =>
    opening({ ...OPENING, host: "0.0.0.0", consoleKey: "k", encryption: { ...fingerprint && { fingerprint }, names: ["chat.example"] } })
      .split("\n").map((
        line,
      ) => line.trim());
  const own = lines("FP");
  for (
    const line of [
      "https://192.168.1.5:12345/",
      "chat client tls://192.168.1.5:12345#FP",
      "openssl s_client -quiet -connect 192.168.1.5:12345",
      "https://192.168.1.5:12345/console#k",
    ]
  ) assert(own.includes(line), `${line} is in ${own.join("|")}`);
  assert(own.includes("14"), "its hexadecimal form, for browsers");
  const vouchedFor = lines(undefined);
  for (const line of ["https://chat.example:12345/", "chat client tls://chat.example:12345"]) assert(vouchedFor.includes(line), line);
  assert(!vouchedFor.join("\n").includes("will warn"));
});

Deno.test("localConsoleLink: on the machine itself no browser has to be talked into a certificate", () => {
  const encryption = { names: [] };
  assertEquals(localConsoleLink({ host: "0.0.0.0", port: 1, encryption }, "k"), "http://127.0.0.1:1/console");
  assertEquals(localConsoleLink({ host: "192.168.1.5", port: 1, encryption }, "k"), "https://192.168.1.5:1/console#k");
  assertEquals(localConsoleLink({ host: "192.168.1.5", port: 1, encryption: undefined }, "k"), "http://192.168.1.5:1/console#k");
});

Deno.test("opening: says that a password is asked for, and of whom it is not taken", () => {
  const told = (more: Partial<Parameters<typeof opening>[0]>) => {
    return opening({ ...OPENING, host: "0.0.0.0", ...more }).match(/Whoever comes in|from other machines are not encrypted/g)?.length;
  };
  assertEquals([told({}), told({ asks: "password" }), told({ asks: "password, encrypted" })], [undefined, 1, 2]);
  assertEquals(told({ asks: "password, encrypted", encryption: { fingerprint: "FP", names: [] } }), 1);
  assertEquals(told({ asks: "password, encrypted", host: "127.0.0.1" }), 1);
});

Deno.test("opening: whoever starts it as root is told in one line what to do instead, and nobody else", () => {
  assertEquals(opening({ ...OPENING, root: true }).match(/.*root.*/g)?.length, 1);
  assert(opening({ ...OPENING, root: true }).includes("run it as a user of its own, as in the README under As a service\n"));
  assert(!opening(OPENING).includes("root"));
});
