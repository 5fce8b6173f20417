/**
 * The server's window: what happens, who is in, and how busy the server is, for its owner.
 *
 * @module
 */
import { type ConsoleFrame, type ConsoleLine, type ConsoleRequest, type Person, type Sample, SAMPLES } from "../../shared/console.ts";
import type { Done, Refused } from "../../shared/protocol.ts";
import type { ServerEvent, Watch } from "../events.ts";
import { logLine, sentence } from "../log_line.ts";
import type { Socket } from "../transports/socket.ts";
import { ConsoleWindow } from "./console_window.ts";

/** Events that a window which opens is shown. */
const EVENTS = 100;
/** Lines that windows are sent at once; more are counted. */
const LINES_AT_ONCE = 50;
/** How long lines are gathered, in milliseconds. */
const GATHER_MS = 100;
const SECOND_MS = 1_000;
/** Messages in a second of which a line is made: as many as windows are sent. More are only counted, so that a flood costs nothing here. */
const MOST_A_SECOND = LINES_AT_ONCE * SECOND_MS / GATHER_MS;
/** People that are listed. */
const LISTED = 200;
/** Windows from elsewhere that have shown no key yet; one more, and the one that has waited longest is closed. */
const WAITING = 20;
/** Keys that are good at a time. */
const KEYS = 16;
/** Characters of a line. */
const LINE_CHARACTERS = 400;

/** What became of a request: that it was carried out, or why not. */
type Became = Done | Pick<Refused, "code" | "text">;

/** What a console shows, and what it may do. */
export interface ConsoleOptions {
  /** The server's program and version. */
  readonly server: string;
  /** Whether what people say is shown. */
  readonly messages: boolean;
  /** The figures of this moment; `messages` counts from the start. */
  readonly sample: () => Sample;
  readonly people: () => readonly Person[];
  /** Announces something to everybody. */
  readonly announce: (text: string) => Promise<Became>;
  /** Ends the visit of the session `id`. */
  readonly disconnect: (id: string) => Promise<Became>;
  /** A secret that nobody guesses. */
  readonly newKey: () => string;
  readonly now: () => number;
}

/** All windows that are open, and what the next one is shown of the past. */
export class Console {
  /** The key that is good for the first window from elsewhere. */
  readonly key: string;
  readonly #options: ConsoleOptions;
  readonly #windows = new Set<ConsoleWindow>();
  /** Those that have not been opened, the oldest first, with what closes them. */
  readonly #waiting = new Map<Socket, ReturnType<typeof setTimeout>>();
  /** The oldest first. */
  readonly #keys: Set<string>;
  readonly #samples: Sample[] = [];
  readonly #events: { readonly at: number; readonly event: ServerEvent }[] = [];
  #gathered: ConsoleLine[] = [];
  #skipped = 0;
  /** Messages since the last tick. */
  #said = 0;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #messages = 0;
  readonly #since: number;
  readonly #ticking: ReturnType<typeof setInterval>;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#since = options.now();
    this.key = options.newKey();
    this.#keys = new Set([this.key]);
    this.#ticking = setInterval(() => this.#tick(), SECOND_MS);
  }

  /** Takes each event as it happens. Costs next to nothing while no window is open. */
  readonly watch: Watch = (event) => {
    if (event.type === "said" && ++this.#said > MOST_A_SECOND) {
      this.#skipped += this.#windows.size === 0 ? 0 : 1;
      return;
    }
    const at = this.#options.now();
    this.#events.push({ at, event });
    // Not one by one: taking the first of many away is slow.
    if (this.#events.length >= 2 * EVENTS) this.#events.splice(0, EVENTS);
    if (this.#windows.size === 0) return;
    if (this.#gathered.length < LINES_AT_ONCE) this.#gathered.push(this.#line(at, event));
    else this.#skipped++;
    this.#gathering ??= setTimeout(() => this.#flush(), GATHER_MS);
  };

  /**
   * Serves a window until it is closed.
   *
   * @param local Whether it is on the server's own machine.
   * @param due When it is to be opened at the latest, on the clock of `performance.now()`.
   * @param opened Called when it is.
   */
  async serve(socket: Socket, local: boolean, due: number, opened: () => void): Promise<void> {
    const window = new ConsoleWindow(socket);
    this.#expect(socket, local, due);
    try {
      for await (const request of window) {
        this.#waitNoMore(socket);
        if (this.#windows.has(window)) window.send(await this.#answer(request));
        else if (this.#open(window, request, local)) opened();
        else return await window.flushed();
      }
    } finally {
      this.#waitNoMore(socket);
      this.#windows.delete(window);
    }
  }

  /** Nothing is sent any more. */
  close(): void {
    clearInterval(this.#ticking);
    clearTimeout(this.#gathering);
  }

  /** Whoever opens a window does so at once: those who do not are bounded, in time and in number. */
  #expect(socket: Socket, local: boolean, due: number): void {
    this.#waiting.set(socket, setTimeout(() => socket.close("opened no window in time"), Math.max(0, due - performance.now())));
    if (local || this.#waiting.size <= WAITING) return;
    const [oldest] = this.#waiting.keys();
    this.#waitNoMore(oldest);
    oldest.close("opened no window while others waited");
  }

  #waitNoMore(socket: Socket): void {
    clearTimeout(this.#waiting.get(socket));
    this.#waiting.delete(socket);
  }

  #open(window: ConsoleWindow, request: ConsoleRequest | undefined, local: boolean): boolean {
    const key = request?.kind === "open" ? request.key : undefined;
    // Used up even where none is needed.
    const known = key !== undefined && this.#keys.delete(key);
    if (request?.kind !== "open" || !(local || known)) {
      window.send({
        kind: "denied",
        text: "From elsewhere than the server's own machine this takes the key that the server printed, once",
      });
      return false;
    }
    const lines = this.#events.slice(-EVENTS).map(({ at, event }) => this.#line(at, event));
    const next = local ? {} : { key: this.#nextKey() };
    window.send({ kind: "view", server: this.#options.server, since: this.#since, samples: this.#samples, lines, ...next });
    this.#windows.add(window);
    return true;
  }

  #nextKey(): string {
    const key = this.#options.newKey();
    this.#keys.add(key);
    for (const oldest of this.#keys) if (this.#keys.size > KEYS) this.#keys.delete(oldest);
    return key;
  }

  async #answer(request: ConsoleRequest | undefined): Promise<ConsoleFrame> {
    if (request === undefined || request.kind === "open") return { kind: "refused", text: "That is nothing one can ask for here" };
    const { announce, disconnect } = this.#options;
    const became = request.kind === "notice" ? await announce(request.text) : await disconnect(request.id);
    return "code" in became ? { kind: "refused", text: `Not done: ${became.text}` } : { kind: "done", text: became.text };
  }

  #tick(): void {
    this.#said = 0;
    const current = this.#options.sample();
    const sample = { ...current, messages: current.messages - this.#messages };
    this.#messages = current.messages;
    this.#samples.push(sample);
    if (this.#samples.length > SAMPLES) this.#samples.shift();
    if (this.#windows.size === 0) return;
    const people = this.#options.people();
    const now: ConsoleFrame = { kind: "now", sample, people: people.slice(0, LISTED), more: Math.max(0, people.length - LISTED) };
    // Of what passes by, a slow window needs only the newest.
    for (const window of this.#windows) if (window.caughtUp) window.send(now);
  }

  #flush(): void {
    this.#gathering = undefined;
    for (const window of this.#windows) window.send({ kind: "log", lines: this.#gathered, skipped: this.#skipped });
    this.#gathered = [];
    this.#skipped = 0;
  }

  #line(at: number, event: ServerEvent): ConsoleLine {
    const line = logLine(event, { messages: this.#options.messages, addresses: true });
    return { at, level: line.level, text: sentence(line).slice(0, LINE_CHARACTERS) };
  }
}
