/**
 * `chat server`: puts the parts together, the only file that knows them all.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Sample } from "../shared/console.ts";
import { EXIT, type ExitCode, Fatal } from "../shared/exit.ts";
import { base64Url, count, hostAndPort } from "../shared/text.ts";
import { VERSION } from "../shared/version.ts";
import type { ServerConfig } from "./config.ts";
import type { Connection } from "./connection.ts";
import { Console } from "./console/console.ts";
import { openInBrowser } from "./browser.ts";
import type { Watch } from "./events.ts";
import { FrontDoor } from "./front_door.ts";
import { dataFolder, lockDataFolder } from "./history/data_folder.ts";
import { dataSize } from "./history/data_size.ts";
import { type History, StorageBroken } from "./history/history.ts";
import { MEMORY_ENTRIES, MemoryHistory } from "./history/memory_history.ts";
import { DEFAULT_RETENTION } from "./history/retention.ts";
import { SqliteHistory } from "./history/sqlite_history.ts";
import { Hub } from "./hub.ts";
import { openLog } from "./log.ts";
import { metricsText } from "./metrics.ts";
import { localConsoleLink, opening, pageLink } from "./opening.ts";
import { partWith, peopleOf } from "./people.ts";
import { qrCode } from "./qr.ts";
import { serveConnection } from "./session.ts";
import { loadAssets } from "./transports/web/assets.ts";
import { Turns } from "./turns.ts";

/** What `deno task bundle` makes: the chat page. */
const PAGE_FOLDER = `${import.meta.dirname}/../client/web/dist`;
const SERVER = `chat/${VERSION}`;
/** How long stopping may take, in milliseconds. */
const STOP_MS = 5_000;
/** How long the last lines of the log may take, in milliseconds: its terminal may be held. */
const LOG_MS = 1_000;
/** How often to look for peers that take nothing any more, in milliseconds. */
const SWEEP_MS = 5_000;

/** A server that runs. */
export interface RunningServer {
  readonly host: string;
  readonly port: number;
  /** What it keeps, for people. */
  readonly keeps: string;
  /** Opens the server's window once from elsewhere; `undefined` where its page has not been made. */
  readonly consoleKey: string | undefined;
  /** Settles with what broke the history, when something does. */
  readonly broken: Promise<StorageBroken>;
  /** Tells everybody, delivers what was read, closes. Settles within 5 s. @param why Default: `"restart"`. */
  stop(why?: "restart" | "storage"): Promise<void>;
}

/**
 * Serves until SIGINT or SIGTERM; a second one ends it at once. Throws {@link Fatal} when it cannot listen, or cannot keep the history any more.
 */
export async function serve(config: ServerConfig): Promise<ExitCode> {
  const terminal = Deno.stderr.isTerminal();
  const colours = !Deno.env.get("NO_COLOR");
  const log = await openLog({
    format: config.logFormat,
    messages: config.logMessages,
    terminal,
    colour: terminal && colours,
    write: (bytes) => Deno.stderr.write(bytes),
  });
  const signals = new Signals();
  try {
    const server = await startServer(config, log.watch);
    const own = ownAddresses();
    const qr = config.qr ? { qr: await qrCode(pageLink({ ...server, own }), colours && Deno.stdout.isTerminal()) } : {};
    await print(opening({ ...server, own, command: Deno.build.standalone ? "chat" : "deno task chat", ...qr }));
    if (config.open) void showWindow(server);
    const broken = await Promise.race([server.broken, signals.next()]);
    await Promise.race([server.stop(broken ? "storage" : "restart"), signals.next()]);
    if (broken) throw new Fatal(EXIT.ioError, broken.message);
  } finally {
    signals.close();
    await within(LOG_MS, log.close());
  }
  return EXIT.ok;
}

/** Opens the server's window in a browser; says so in a line where that fails. */
async function showWindow({ host, port, consoleKey }: RunningServer): Promise<void> {
  const problem = consoleKey === undefined
    ? "There is no window to open: its page has not been made. Make it with: deno task bundle"
    : await openInBrowser(localConsoleLink(host, port, consoleKey), Deno.build.os);
  if (problem !== undefined) await print(`${problem}\n`);
}

/** Starts a server. Throws {@link Fatal} when it cannot listen, or cannot open its history; then nothing was started. */
export async function startServer(config: ServerConfig, watch: Watch): Promise<RunningServer> {
  const assets = await loadAssets(PAGE_FOLDER);
  const listener = listen(config);
  const { hostname: host, port } = listener.addr;
  const kept = await openHistory(config, hostAndPort(host, port)).catch((error) => {
    listener.close();
    throw error;
  });
  const { limits } = config;
  let historyBytes = await kept.size?.();
  const sample = (): Sample => ({
    at: Date.now(),
    messages: hub.messages,
    connections: door.open,
    sessions: hub.seats.size,
    commitMs: hub.commitMs,
    memory: Deno.memoryUsage().rss,
    ...historyBytes === undefined ? {} : { history: historyBytes },
  });
  const console = new Console({
    server: SERVER,
    messages: config.logMessages,
    sample,
    people: () => peopleOf(hub.seats.values(), performance.now()),
    notice: (text) => hub.seats.forEach(({ pump }) => pump.send({ kind: "notice", text })),
    disconnect: (id) => {
      const seat = hub.seats.get(id);
      if (seat) partWith(seat);
      return seat !== undefined;
    },
    newKey: () => randomText(24),
    now: Date.now,
  });
  let faults = 0;
  const seen: Watch = (event) => {
    if (event.type === "fault") faults++;
    watch(event);
    console.watch(event);
  };
  const hub = new Hub({
    ...kept,
    limits,
    watch: seen,
    server: SERVER,
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    newId: () => randomText(9),
    newToken: () => randomText(24),
    hash: (secret) => createHash("sha256").update(secret).digest("base64url"),
  });
  const turns = new Turns();
  const names = [...config.webHosts, config.host.toLowerCase()];
  const metrics = (): string =>
    metricsText({ ...sample(), accepted: door.accepted, commits: hub.commits, faults, heap: Deno.memoryUsage().heapUsed });
  const serve = (connection: Connection) => serveConnection(connection, hub, turns);
  const door = new FrontDoor(listener, { limits, watch: seen, site: { assets, names, metrics }, console, serve });
  const broken = Promise.withResolvers<StorageBroken>();
  const delivering = deliver(hub, broken.resolve);
  const accepting = door.run();
  let measuring: Promise<void> | undefined;
  const sweeping = setInterval(() => {
    hub.sweep();
    measuring ??= kept.size?.().then((bytes) => {
      historyBytes = bytes;
      measuring = undefined;
    });
  }, SWEEP_MS);
  seen({ type: "started", address: hostAndPort(host, port) });
  const stop = async (why: "restart" | "storage" = "restart") => {
    seen({ type: "stopping" });
    hub.stop(why);
    clearInterval(sweeping);
    await within(STOP_MS, door.close());
    await kept.close();
    await Promise.all([delivering, accepting, measuring]);
    console.close();
    watch({ type: "stopped", messages: hub.messages });
  };
  return { host, port, keeps: kept.keeps, consoleKey: assets.has("/console") ? console.key : undefined, broken: broken.promise, stop };
}

/** Delivers until the history is closed or broken. */
async function deliver(hub: Hub, broken: (error: StorageBroken) => void): Promise<void> {
  try {
    await hub.run();
  } catch (error) {
    if (!(error instanceof StorageBroken)) throw error;
    broken(error);
  }
}

interface Kept {
  readonly history: History;
  /** What is kept, for people. */
  readonly keeps: string;
  /** Its bytes on disk, where it is on disk. */
  size?(): Promise<number>;
  close(): Promise<void>;
}

async function openHistory({ ephemeral, data }: ServerConfig, at: string): Promise<Kept> {
  if (ephemeral) {
    const history = new MemoryHistory(randomText(9));
    return {
      history,
      keeps: `the newest ${count(MEMORY_ENTRIES)} messages of a room, in memory, nothing on disk`,
      close: () => history.close(),
    };
  }
  const folder = data ?? dataFolder((name) => Deno.env.get(name), Deno.build.os);
  const lock = lockDataFolder(folder);
  try {
    const history = await SqliteHistory.open(folder);
    lock.announce(at);
    const close = async () => {
      await history.close();
      lock[Symbol.dispose]();
    };
    const days = DEFAULT_RETENTION.ms / (24 * 60 * 60_000);
    const size = () => dataSize(folder);
    return { history, size, keeps: `${days} days or ${count(DEFAULT_RETENTION.entries)} messages of a room, in ${folder}`, close };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

function listen({ host, port }: ServerConfig): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: host, port });
  } catch (error) {
    throw cannotListen(error, host, port);
  }
}

function cannotListen(error: unknown, host: string, port: number): unknown {
  const at = `Cannot listen on ${hostAndPort(host, port)}`;
  if (error instanceof Deno.errors.AddrInUse) {
    return new Fatal(EXIT.unavailable, `${at}: the port is in use. Stop the program that has it, or choose another with --port`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new Fatal(EXIT.noPermission, `${at}: not permitted. Ports below 1024 are for root; choose another with --port`);
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return new Fatal(EXIT.unavailable, `${at}: this machine does not have that address. Use one of its own, or --host 0.0.0.0 for all`);
  }
  if (!(error instanceof Error)) return error;
  return new Fatal(EXIT.unavailable, `${at}: ${error.message}. Check --host`);
}

/** The machine's own addresses that others may reach it by. */
function ownAddresses(): string[] {
  return Deno.networkInterfaces()
    .map(({ address }) => address)
    .filter((ip) => !ip.startsWith("127.") && ip !== "::1" && !ip.startsWith("fe80"));
}

async function print(text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(await Deno.stdout.write(bytes));
  } catch (error) {
    // Whoever started it need not read it.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** So many random bytes as text. 9 are enough that no two sessions of a server ever share an id, 24 that nobody guesses a token. */
function randomText(bytes: number): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(bytes)));
}

/** Settles with `work`, or after `ms` at the latest. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([work, new Promise((resolve) => timer = setTimeout(resolve, ms))]);
  clearTimeout(timer);
}

/** The signals that ask the process to end, one after the other. */
class Signals {
  readonly #names: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  #pending = 0;
  #wake: (() => void) | undefined;

  constructor() {
    for (const name of this.#names) Deno.addSignalListener(name, this.#came);
  }

  /** Settles when the next one has come. */
  async next(): Promise<void> {
    if (this.#pending === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    this.#pending--;
  }

  close(): void {
    for (const name of this.#names) Deno.removeSignalListener(name, this.#came);
  }

  readonly #came = (): void => {
    this.#pending++;
    this.#wake?.();
  };
}
