import { assertEquals, assertRejects } from "@std/assert";
import { OwnerKey } from "../../../client/web/console/owner_key.ts";
import { OwnerLink } from "../../../client/web/console/owner_link.ts";
import type { ConsoleFrame } from "../../../shared/console.ts";
import { page } from "./fake_dom.ts";

const STORED = "chat-console-key";

/** A socket that the test plays the server of. */
class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static newest: FakeSocket;
  readonly readyState = 1;
  readonly sent: string[] = [];

  constructor() {
    super();
    FakeSocket.newest = this;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {}

  opens(): void {
    this.dispatchEvent(new Event("open"));
  }

  says(frame: Partial<ConsoleFrame>): void {
    this.dispatchEvent(new MessageEvent("message", { data: `${JSON.stringify(frame)}\n` }));
  }

  breaks(): void {
    this.dispatchEvent(new Event("close"));
  }
}

/** What is stored once the page came with `#first`, its socket was opened and `then` has happened. */
async function stored(then: (socket: FakeSocket) => void): Promise<string | null> {
  Object.assign(globalThis, { WebSocket: FakeSocket, history: { replaceState() {} } });
  Object.defineProperty(globalThis, "location", {
    value: { href: "http://127.0.0.1/console", pathname: "/console", hash: "#first" },
    configurable: true,
  });
  const key = new OwnerKey();
  assertEquals(page.stores.sessionStorage.getItem(STORED), "first");
  const over = () => {
    throw new Error("over");
  };
  const running = new OwnerLink({ key, frame: () => {}, lost: over, locked: over }).run();
  const socket = FakeSocket.newest;
  socket.opens();
  assertEquals(socket.sent, [JSON.stringify({ kind: "open", key: "first" })]);
  then(socket);
  socket.breaks();
  await assertRejects(() => running, Error, "over");
  return page.stores.sessionStorage.getItem(STORED);
}

Deno.test("OwnerLink keeps the key of a link until the server has answered it", async () => {
  assertEquals(await stored(() => {}), "first");
  assertEquals(await stored((socket) => socket.says({ kind: "view", key: "second" })), "second");
  assertEquals(await stored((socket) => socket.says({ kind: "denied", text: "no" })), null);
});
