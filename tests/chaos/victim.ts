/**
 * The server that is killed, again and again, on one data folder and one port.
 *
 * @module
 */
import { TextLineStream } from "@std/streams/text-line-stream";
import { program } from "../harness.ts";
import { soon } from "../soon.ts";
import type { Entry } from "../../shared/protocol.ts";
import type { Disk } from "./disk.ts";

/** Lines of the log that are kept to say what went wrong. */
const LOG_LINES = 5;

/** How a server is run. */
export interface VictimOptions {
  /** What its folder is on, where power is cut. */
  readonly disk?: Disk | undefined;
  /** Whether its limits hold, but for that of connections from one address: everybody here comes from one. */
  readonly limits?: boolean;
}

/** A server program. */
export class Victim {
  readonly port: number;
  readonly #folder: string;
  readonly #disk: Disk | undefined;
  readonly #limits: readonly string[];
  #child: Deno.ChildProcess | undefined;
  #output: Promise<void> = Promise.resolve();
  #log: string[] = [];

  /** @param folder Its data. */
  constructor(folder: string, { disk, limits = false }: VictimOptions = {}) {
    this.#folder = folder;
    this.#disk = disk;
    this.#limits = limits ? ["--max-per-address", "1000"] : ["--limits", "off"];
    this.port = freePort();
  }

  /** The process that runs now. */
  get pid(): number {
    if (!this.#child) throw new Error("no server runs");
    return this.#child.pid;
  }

  /** Starts it; settles with `undefined` when it is ready, or with why it ended before that. */
  start(): Promise<string | undefined> {
    const [command, ...args] = program("server", "--data", this.#folder, "--port", `${this.port}`, ...this.#limits);
    const env = { NO_COLOR: "1", ...this.#disk?.env };
    const child = new Deno.Command(command, { args, env, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
    this.#child = child;
    const ready = Promise.withResolvers<string | undefined>();
    this.#output = this.#hear(child, () => ready.resolve(undefined)).then(() => ready.resolve(this.#log.join(" | ")));
    return soon(ready.promise, "the server to start");
  }

  /** Ends it at once; settles when it is gone. Where power is cut, the disk then has what the power left. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself: start() said so.
    }
    await child.status;
    await this.#output;
    await this.#disk?.cutPower();
  }

  /** The history as it is kept. */
  async kept(): Promise<Entry[]> {
    const [command, ...args] = program("export", "--data", this.#folder);
    const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
    if (!success) throw new Error(`cannot export: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  async #hear(child: Deno.ChildProcess, ready: () => void): Promise<void> {
    this.#log = [];
    await Promise.all([
      each(child.stdout, (line) => line.startsWith("Server started on ") && ready()),
      each(child.stderr, (line) => this.#log = [...this.#log.slice(1 - LOG_LINES), line]),
    ]);
  }
}

async function each(bytes: ReadableStream<Uint8Array<ArrayBuffer>>, take: (line: string) => void): Promise<void> {
  // However long it says nothing.
  for await (const line of bytes.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) take(line);
}

/** A port below those that the system gives to outgoing connections, which could take it between two starts. */
function freePort(): number {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
