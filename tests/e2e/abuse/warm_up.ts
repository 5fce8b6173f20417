/**
 * Uses a server as everybody does once, so that what it keeps from then on, such as the code of its parts, is no abuser's doing.
 *
 * @module
 */
import { exchange } from "../../harness.ts";
import { WebPeer } from "../../web_peer.ts";
import { hello, line } from "./foe.ts";
import type { Scene } from "./row.ts";

/** Comes in by each of its ways, asks for what there is, and leaves. Settles when only the two honest people are there. */
export async function warmUp({ port }: Scene, password?: string): Promise<void> {
  const asked = password === undefined ? {} : { password };
  await exchange(port, `warm\n${password === undefined ? "" : `${password}\n`}hello\n/history\n/search hello\n/who\nbye\n`);
  await exchange(port, hello("warm", asked), line({ kind: "rooms", ref: "warm" }), line({ kind: "bye" }));
  await exchange(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const page = await WebPeer.framed(port, "warm", asked);
  await page.send('{"kind":"bye"}');
  await page.closed();
  page[Symbol.dispose]();
  // What is on its way out would be taken for something given back.
  while (!/^chat_connections 3$/m.test(await exchange(port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")));
}
