/**
 * Hears what somebody speaks who has just come in.
 *
 * @module
 */
import type { Speech } from "./first_bytes.ts";
import type { Socket } from "./transports/socket.ts";
import { NAME_PROMPT } from "./transports/text.ts";

/** Who has said nothing for this long is asked for a name, in milliseconds. All but people at netcat speak first. */
const PROMPT_MS = 300;

const prompt = new TextEncoder().encode(NAME_PROMPT);

/**
 * Reads until it is clear what the peer speaks, and asks for a name when it says nothing. Undecided is who left without a byte.
 *
 * @param tell Tells it by the first bytes. @param due When a name is due, on the clock of `performance.now()`.
 */
export async function firstWords(socket: Socket, tell: (bytes: Uint8Array) => Speech, due: number): Promise<Speech> {
  const wait = () => setTimeout(() => socket.stop(), due - performance.now());
  let prompted: Promise<unknown> | undefined;
  let timer = setTimeout(() => {
    prompted = socket.write(prompt).catch(() => socket.stop());
    timer = wait();
  }, PROMPT_MS);
  try {
    let said: Uint8Array<ArrayBuffer> = new Uint8Array(0);
    for (;;) {
      const chunk = await socket.read();
      clearTimeout(timer);
      if (chunk === null) break;
      said = joined(said, chunk);
      const spoken = tell(said);
      if (spoken !== "undecided") {
        socket.unread(said);
        return spoken;
      }
      timer = wait();
    }
    if (socket.stopped) return "text";
    if (said.length === 0) return "undecided";
    socket.unread(said);
    return "text";
  } finally {
    clearTimeout(timer);
    // One write at a time: nothing else is written before it is out.
    await prompted;
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
