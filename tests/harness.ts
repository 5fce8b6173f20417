/**
 * The real program as a child process, and peers that talk to it over real sockets.
 *
 * `CHAT_BIN` names an executable to test instead of the source.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams/text-line-stream";
import { soon } from "./soon.ts";

const ROOT = new URL("..", import.meta.url).pathname;

const home = Deno.makeTempDirSync({ prefix: "chat-home-" });
globalThis.addEventListener("unload", () => Deno.removeSync(home, { recursive: true }));

/** What programs find in their environment: no colours, and none of the settings of whoever runs the tests. */
export const PROGRAM_ENV = { NO_COLOR: "1", XDG_CONFIG_HOME: `${home}/config`, XDG_STATE_HOME: `${home}/state` } as const;

/** As `deno task chat` and the executable are run. */
const V8_FLAGS = "--v8-flags=--max-semi-space-size=4,--always-sparkplug";

/** The command line that runs the program. */
export function program(...args: string[]): string[] {
  const bin = Deno.env.get("CHAT_BIN");
  if (bin) return [bin, ...args];
  return [Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-check", V8_FLAGS, "--allow-all", `${ROOT}main.ts`, ...args];
}

/** Lines as they come. */
export class Lines {
  /** Every line so far. */
  readonly all: string[] = [];
  readonly #reader: ReadableStreamDefaultReader<string>;

  constructor(bytes: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = bytes.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
  }

  /** The next line; `undefined` at the end. */
  async next(): Promise<string | undefined> {
    const { value } = await soon(this.#reader.read(), `a line after ${JSON.stringify(this.all.at(-1))}`);
    if (value !== undefined) this.all.push(value);
    return value;
  }

  /** The next line that matches; fails at the end. */
  async match(pattern: RegExp): Promise<string> {
    for (let line = await this.next(); line !== undefined; line = await this.next()) if (pattern.test(line)) return line;
    throw new Error(`no line matches ${pattern}; there were ${JSON.stringify(this.all)}`);
  }

  /** All lines up to the end. */
  async rest(): Promise<string[]> {
    const from = this.all.length;
    while (await this.next() !== undefined);
    return this.all.slice(from);
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }
}

/** The program, running. */
export class Program {
  readonly stdout: Lines;
  readonly stderr: Lines;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;

  /** Runs `chat` with these arguments, or, given as a list, another command line. */
  constructor(...args: string[] | [commandLine: readonly string[]]) {
    const [command, ...rest] = isCommandLine(args) ? args[0] : program(...args);
    this.#child = new Deno.Command(command, { args: rest, stdin: "piped", stdout: "piped", stderr: "piped", env: PROGRAM_ENV })
      .spawn();
    this.stdout = new Lines(this.#child.stdout);
    this.stderr = new Lines(this.#child.stderr);
    this.#stdin = this.#child.stdin.getWriter();
  }

  get pid(): number {
    return this.#child.pid;
  }

  async type(text: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(text));
  }

  async endInput(): Promise<void> {
    await this.#stdin.close();
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for its end and returns the exit code. */
  async exit(): Promise<number> {
    const output = Promise.all([this.stdout.rest(), this.stderr.rest()]);
    const { code } = await soon(this.#child.status, "the program's end");
    await this.#stdin.abort().catch(() => undefined); // closed already, or nobody reads it any more
    await output;
    return code;
  }
}

function isCommandLine(args: string[] | [readonly string[]]): args is [readonly string[]] {
  return typeof args[0] !== "string";
}

/** A server program on a free port, for as long as a block lasts. */
export interface Server extends AsyncDisposable {
  readonly program: Program;
  readonly port: number;
}

/** Starts a server. When the block is left, it is asked to stop, and must do so with exit code 0. */
export async function startServer(...flags: string[]): Promise<Server> {
  const port = flags.includes("--port") ? [] : ["--port", "0"];
  const running = new Program("server", ...port, ...flags.includes("--data") ? [] : ["--ephemeral"], ...flags);
  const first = await running.stdout.next();
  const at = Number(first?.match(/^Server started on .*:(\d+)$/)?.[1]);
  if (!at) throw new Error(`the server did not start: ${first} ${(await running.stderr.rest()).join(" ")}`);
  const stop = async () => {
    running.kill("SIGTERM");
    assertEquals(await running.exit(), 0);
  };
  return { program: running, port: at, [Symbol.asyncDispose]: stop };
}

/** Somebody at a socket. */
export class Peer implements Disposable {
  readonly lines: Lines;
  readonly #conn: Deno.TcpConn;

  private constructor(conn: Deno.TcpConn) {
    conn.setNoDelay(true);
    this.#conn = conn;
    this.lines = new Lines(ReadableStream.from(chunks(conn)));
  }

  static async connect(port: number): Promise<Peer> {
    return new Peer(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Connects, gives a name, and waits for the greeting. */
  static async named(port: number, name: string): Promise<Peer> {
    const peer = await Peer.connect(port);
    await peer.send(`${name}\n`);
    await peer.lines.match(/^\* Hello /);
    return peer;
  }

  /** Connects and says hello in frames, and waits for the welcome. */
  static async framed(port: number, name: string): Promise<Peer> {
    const peer = await Peer.connect(port);
    await peer.send(JSON.stringify({ kind: "hello", v: [1], name }) + "\n");
    await peer.lines.match(/"kind":"welcome"/);
    return peer;
  }

  async send(data: string | Uint8Array): Promise<void> {
    await soon(writeAll(this.#conn, data), "the server to read");
  }

  /** The next lines, which must be these. */
  async expect(...lines: string[]): Promise<void> {
    for (const line of lines) assertEquals(await this.lines.next(), line);
  }

  /** Says something, and waits until it is kept: until the newest message of the room is this line. */
  async sayAndKeep(text: string, line: string): Promise<void> {
    await this.send(`${text}\n`);
    let newest: string | undefined;
    while (newest !== line) {
      await this.send("/history 1\n");
      const answer = await this.lines.match(/^\* (1 message of|Nothing found)/);
      if (answer.startsWith("* 1")) newest = await this.lines.next();
    }
    await this.expect("* That was all.");
  }

  /** Ends the output and returns every line until the server ends its own. */
  async end(): Promise<string[]> {
    await this.#conn.closeWrite();
    const rest = await this.lines.rest();
    this[Symbol.dispose]();
    return rest;
  }

  /** Closes without a word. */
  [Symbol.dispose](): void {
    try {
      this.#conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** Sends bytes on a connection of their own, ends the output, and returns everything the server answers. */
export async function exchange(port: number, ...pieces: (string | Uint8Array)[]): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  const answer = new Response(ReadableStream.from(chunks(conn))).text();
  for (const piece of pieces) {
    await writeAll(conn, piece);
    // A turn of the event loop each, so that they leave as packets of their own.
    await new Promise((resolve) => setTimeout(resolve));
  }
  await conn.closeWrite();
  return await soon(answer, "the server's answer");
}

async function writeAll(conn: Deno.Conn, data: string | Uint8Array): Promise<void> {
  let bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  while (bytes.length > 0) bytes = bytes.subarray(await conn.write(bytes));
}

/** What arrives, until either side closes. */
async function* chunks(conn: Deno.Conn): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const length = await conn.read(buffer).catch(() => null);
    if (length === null) return;
    yield buffer.slice(0, length);
  }
}
