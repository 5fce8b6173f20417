/**
 * How soon a key that is pressed is on the screen, with 10,000 messages behind and 1,000 a second arriving, and how soon the program's prompt is:
 * compare it with an empty program.
 *
 * @module
 */
import { systemClock } from "../../client/clock.ts";
import { paint } from "../../client/views/paint.ts";
import { type Device, TerminalView } from "../../client/views/terminal.ts";
import { message, said } from "../client/fake_server.ts";
import { program, PROGRAM_ENV } from "../harness.ts";

const BEHIND = 10_000;
const PER_SECOND = 1_000;
/** Messages that arrive in one piece, as from a socket. */
const AT_ONCE = 10;

/** A terminal that takes everything at once. */
class FastTerminal implements Device {
  #pressed = Promise.withResolvers<string>();
  #drawn = Promise.withResolvers<void>();
  #line = "";

  /** Presses a key; resolves when the line that it makes has been written. */
  async press(key: string, line: string): Promise<void> {
    this.#line = `bob> ${line}\r\n`;
    this.#drawn = Promise.withResolvers();
    this.#pressed.resolve(key);
    await this.#drawn.promise;
  }

  async read(buffer: Uint8Array): Promise<number> {
    const key = await this.#pressed.promise;
    this.#pressed = Promise.withResolvers();
    return new TextEncoder().encodeInto(key, buffer).written;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (new TextDecoder().decode(bytes).includes(this.#line)) this.#drawn.resolve();
    return Promise.resolve(bytes.length);
  }

  size(): { columns: number; rows: number } {
    return { columns: 200, rows: 50 };
  }

  setRaw(): void {}
}

const terminal = new FastTerminal();
const view = new TerminalView(terminal, { paint: paint(true), timeFormat: "24h", bell: false }, systemClock);
void view.inputs()[Symbol.asyncIterator]().next();
view.status({ nick: "bob", room: undefined, rooms: [], online: true, quietMs: 0, queued: 0, away: false, keeps: "" });
let seq = 0;
let line = "";

function arrive(count: number): void {
  for (let i = 0; i < count; i++) {
    view.show(message(said("alice", `message ${++seq}: did you see \`main.ts\`, bob?`, seq), { mention: true }));
  }
}

async function type(letter: string): Promise<void> {
  line += letter;
  await terminal.press(letter, line);
}

arrive(BEHIND);
await view.drained();

Deno.bench({
  name: `TerminalView: a key is drawn, ${BEHIND} messages behind, ${PER_SECOND} a second arriving`,
  group: "key",
  n: 400,
  warmup: 20,
}, async (bench) => {
  if (line.length === 60) {
    line = "";
    await terminal.press("\x15", line);
  }
  const arriving = setInterval(() => arrive(AT_ONCE), 1_000 * AT_ONCE / PER_SECOND);
  // At any time between two pieces of messages, as a person does.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  bench.start();
  await type("x");
  bench.end();
  clearInterval(arriving);
});

const empty = await Deno.makeTempFile({ suffix: ".ts" });
await Deno.writeTextFile(empty, "Deno.stdout.writeSync(new TextEncoder().encode('Enter your name'));");
globalThis.addEventListener("unload", () => Deno.removeSync(empty));

/** Runs a command in a terminal of its own until it asks for a name. */
async function untilPrompt(bench: Deno.BenchContext, words: readonly string[]): Promise<void> {
  const args = ["-qec", words.map((word) => `'${word}'`).join(" "), "/dev/null"];
  bench.start();
  const child = new Deno.Command("script", {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    env: { ...PROGRAM_ENV, TERM: "xterm" },
  }).spawn();
  const stdin = child.stdin.getWriter();
  let screen = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const before = screen.includes("Enter your name");
    screen += text;
    if (before || !screen.includes("Enter your name")) continue;
    bench.end();
    await stdin.write(new Uint8Array([3]));
  }
  await child.status;
  await stdin.abort();
}

const scriptThere = await new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" }).output().then(
  ({ success }) => success,
  () => false,
);

Deno.bench(
  { name: "an empty program in a terminal", group: "start", baseline: true, ignore: !scriptThere, n: 10, warmup: 1 },
  async (bench) => {
    await untilPrompt(bench, [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", empty]);
  },
);

Deno.bench({ name: "chat client: start to prompt", group: "start", ignore: !scriptThere, n: 10, warmup: 1 }, async (bench) => {
  await untilPrompt(bench, program("client"));
});
