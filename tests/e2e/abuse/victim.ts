/**
 * The server that is abused: the real program with its history on disk, its log, and what it costs.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { Lines, program, PROGRAM_ENV } from "../../harness.ts";
import { soon } from "../../soon.ts";
import { type Group, type Home, HUSH } from "./row.ts";

/** How long what was taken may take to be given back, in milliseconds. */
const BACK_MS = 10_000;
/** How often to look whether it was, in milliseconds. */
const LOOK_MS = 20;
/** What a log may hold at any time, and for each second more, in bytes: what anybody can cause is counted above 50 lines a second of a kind. */
const LOG_BYTES = { always: 64 * 1024, perSecond: 32 * 1024 };
/** What memory may stay above where it was, in bytes: heaps shrink late. */
const SLACK_BYTES = 48 * 1024 * 1024;

/**
 * What must not be in a log: what moves a cursor or turns a line around, an address that tells who it was, what is said (the honest two say "tick"),
 * and what {@link HUSH} stands for. Nor may anything have broken.
 */
const UNLOGGABLE = [
  /[^\P{Cc}\n]/u,
  /[\u202a-\u202e\u2066-\u2069]/,
  /\b127\.0\.\d+\.[1-9]\d*\b/,
  /\btick \d/,
  new RegExp(HUSH),
  /something broke/,
];

/** What a server uses. */
export interface Use {
  readonly descriptors: number;
  /** Bytes of it that are in memory. */
  readonly memory: number;
}

/** A server, for as long as a block lasts. When the block is left, it must stop with exit code 0. */
export class Victim implements AsyncDisposable {
  readonly port: number;
  /** What it printed when it started. */
  readonly printed: readonly string[];
  readonly home: Home;
  readonly #child: Deno.ChildProcess;
  readonly #startedAt = performance.now();
  #log = "";
  readonly #logging: Promise<void>;

  private constructor(child: Deno.ChildProcess, printed: readonly string[], home: Home) {
    this.#child = child;
    this.port = Number(printed[0].match(/:(\d+)$/)?.[1]);
    this.printed = printed;
    this.home = home;
    this.#logging = this.#keepLog();
  }

  /** Starts one, with its history in a folder of its own. */
  static async start({ flags = [], prepare = () => Promise.resolve([]) }: Pick<Group, "flags" | "prepare">): Promise<Victim> {
    const path = await Deno.makeTempDir({ prefix: "chat-abuse-" });
    const home = { path, data: `${path}/data` };
    const [command, ...args] = program("server", "--port", "0", "--data", home.data, ...flags, ...await prepare(home));
    const child = new Deno.Command(command, { args, env: PROGRAM_ENV, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
    const opening = new Lines(child.stdout);
    await opening.match(/Ctrl-C stops the server/);
    await opening.cancel();
    return new Victim(child, opening.all, home);
  }

  /** What it uses now. */
  use(): Use {
    const descriptors = [...Deno.readDirSync(`/proc/${this.#child.pid}/fd`)].length;
    return { descriptors, memory: memoryOf(this.#child.pid, "VmRSS") };
  }

  /** The most memory it has used since {@link forgetPeak}, in bytes. */
  get peak(): number {
    return memoryOf(this.#child.pid, "VmHWM");
  }

  /** Counts {@link peak} from now on. */
  forgetPeak(): void {
    Deno.writeTextFileSync(`/proc/${this.#child.pid}/clear_refs`, "5");
  }

  /** Waits until it uses no more than before. @param withinMs How long that may take, in milliseconds. */
  async back(before: Use, withinMs = BACK_MS): Promise<void> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const { descriptors, memory } = this.use();
      if (descriptors <= before.descriptors && memory <= before.memory + SLACK_BYTES) return;
      if (performance.now() > deadline) {
        throw new Error(`not given back: ${JSON.stringify({ before, now: { descriptors, memory } })}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Stops it, and looks through its log and for what must be nowhere. */
  async stop(secrets: readonly string[] = []): Promise<void> {
    const seconds = (performance.now() - this.#startedAt) / 1_000;
    this.#child.kill("SIGTERM");
    const { code } = await soon(this.#child.status, "the server's end");
    await this.#logging;
    assertEquals(code, 0);
    assert(this.#log.length <= LOG_BYTES.always + seconds * LOG_BYTES.perSecond, `${this.#log.length} bytes of log in ${seconds} s`);
    const wrong = this.#log.split("\n").slice(1).filter((line) => UNLOGGABLE.some((pattern) => pattern.test(line)));
    assertEquals(wrong, []);
    const kept = [this.printed.join("\n"), this.#log, ...filesIn(this.home.data)];
    assertEquals(secrets.filter((secret) => kept.some((text) => text.includes(secret))), []);
  }

  /** Ends it, if it was not stopped, and takes away what it kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // It was stopped.
    }
    await this.#child.status;
    await this.#logging;
    await Deno.remove(this.home.path, { recursive: true });
  }

  async #keepLog(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) this.#log += text;
  }
}

/** Every file in a folder, whole, with its name; none where there is no such folder. Links lead elsewhere. */
function* filesIn(folder: string): Generator<string> {
  if (!existsSync(folder)) return;
  for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesIn(`${folder}/${name}`);
    else yield isFile ? name + new TextDecoder("latin1").decode(Deno.readFileSync(`${folder}/${name}`)) : name;
  }
}

/** A figure of a process, in bytes. @param name As proc_pid_status(5) calls it. */
export function memoryOf(pid: number, name: "VmRSS" | "VmHWM"): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/status`).match(new RegExp(`${name}:\\s+(\\d+) kB`))?.[1]) * 1024;
}
