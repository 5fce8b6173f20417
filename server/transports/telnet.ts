/**
 * Takes telnet's negotiation out of a stream of bytes (RFC 854, RFC 855).
 *
 * @module
 */

const IAC = 255;
const SB = 250;
const SE = 240;
/** The longest subnegotiation that is waited out, in bytes; after it what comes is text again. */
const LONGEST = 1_024;
const WONT = 252;
/** RFC 857. */
const ECHO = 1;
/** WILL, WONT, DO and DONT are followed by one byte, the option. */
const WILL = 251;

/** Has the other side show nothing of what is typed: we say that we would. */
export const ECHO_OFF = new Uint8Array([IAC, WILL, ECHO]);
/** Has it show again what is typed, on a new line: the one that nobody saw had none. */
export const ECHO_ON = new Uint8Array([IAC, WONT, ECHO, 13, 10]);

type State = "text" | "command" | "option" | "subnegotiation" | "subnegotiation command";

/** Drops negotiation however it is cut into chunks. Byte 255 is in no UTF-8, so nobody's text is touched. */
export class TelnetFilter {
  /** Whether there was any. */
  seen = false;
  #state: State = "text";
  /** The bytes of the subnegotiation under way. */
  #length = 0;

  /** The chunk without negotiation: the same bytes where there is none. */
  strip(chunk: Uint8Array): Uint8Array {
    if (this.#state === "text" && !chunk.includes(IAC)) return chunk;
    this.seen = true;
    const kept = new Uint8Array(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      if (this.#state === "text" && byte !== IAC) kept[length++] = byte;
      this.#state = next(this.#state, byte);
      this.#length = this.#state.startsWith("sub") ? this.#length + 1 : 0;
      if (this.#length > LONGEST) this.#state = "text";
    }
    return kept.subarray(0, length);
  }
}

function next(state: State, byte: number): State {
  switch (state) {
    case "text":
      return byte === IAC ? "command" : "text";
    case "command":
      if (byte === SB) return "subnegotiation";
      return byte >= WILL && byte < IAC ? "option" : "text";
    case "option":
      return "text";
    case "subnegotiation":
      return byte === IAC ? "subnegotiation command" : "subnegotiation";
    case "subnegotiation command":
      return byte === SE ? "text" : "subnegotiation";
  }
}
