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
/** Who has to encrypt must have begun to by then, in milliseconds: not at once, as packets get lost. */
const UNPROMPTED_MS = 5_000;

const prompt = new TextEncoder().encode(NAME_PROMPT);

/**
 * Reads until it is clear what the peer speaks, and asks for a name when it says nothing. Undecided is who left without a byte.
 *
 * @param tell Tells it by the first bytes. @param due When a name is due, on the clock of `performance.now()`.
 */
export async function firstWords(socket: Socket, tell: (bytes: Uint8Array) => Speech, due: number): Promise<Speech> {
  return await words(socket, tell, { due, prompts: true });
}

/** As {@link firstWords}, of a peer that is asked nothing: who says nothing for 5 s speaks text. */
export async function unpromptedWords(socket: Socket, tell: (bytes: Uint8Array) => Speech): Promise<Speech> {
  return await words(socket, tell, { due: performance.now() + UNPROMPTED_MS, prompts: false });
}

async function words(
  socket: Socket,
  tell: (bytes: Uint8Array) => Speech,
  { due, prompts }: { readonly due: number; readonly prompts: boolean },
): Promise<Speech> {
  const wait = () => setTimeout(() => socket.stop(), due - performance.now());
  let prompted: Promise<unknown> | undefined;
  const ask = () => {
    prompted = socket.write(prompt).catch(() => socket.stop());
    timer = wait();
  };
  let timer = prompts ? setTimeout(ask, PROMPT_MS) : wait();
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
