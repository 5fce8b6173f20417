/**
 * `chat server`: puts the parts together, the only file that knows them all.
 *
 * @module
 */
import { EXIT, type ExitCode, Fatal } from "../shared/exit.ts";
import { VERSION } from "../shared/version.ts";
import type { ServerConfig } from "./config.ts";
import type { Watch } from "./events.ts";
import { FrontDoor } from "./front_door.ts";
import { MemoryHistory } from "./history/memory_history.ts";
import { Hub } from "./hub.ts";
import { openLog } from "./log.ts";
import { address, opening } from "./opening.ts";
import { serveConnection } from "./session.ts";
import { Turns } from "./turns.ts";

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
  /** Tells everybody, delivers what was read, closes. Settles within 5 s. */
  stop(): Promise<void>;
}

/** Serves until SIGINT or SIGTERM; a second one ends it at once. Throws {@link Fatal} when it cannot listen. */
export async function serve(config: ServerConfig): Promise<ExitCode> {
  const terminal = Deno.stderr.isTerminal();
  const log = await openLog({
    format: config.logFormat,
    messages: config.logMessages,
    terminal,
    colour: terminal && !Deno.env.get("NO_COLOR"),
    write: (bytes) => Deno.stderr.write(bytes),
  });
  const signals = new Signals();
  try {
    const server = startServer(config, log.watch);
    await print(opening(server.host, server.port, ownAddresses()));
    await signals.next();
    await Promise.race([server.stop(), signals.next()]);
  } finally {
    signals.close();
    await within(LOG_MS, log.close());
  }
  return EXIT.ok;
}

/** Starts a server. Throws {@link Fatal} when it cannot listen; then nothing was started. */
export function startServer(config: ServerConfig, watch: Watch): RunningServer {
  const listener = listen(config);
  const { hostname: host, port } = listener.addr;
  const history = new MemoryHistory();
  const hub = new Hub({
    history,
    limits: config.limits,
    watch,
    server: `chat/${VERSION}`,
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    newId,
  });
  const turns = new Turns();
  const door = new FrontDoor(listener, { limits: config.limits, watch, serve: (connection) => serveConnection(connection, hub, turns) });
  const delivering = hub.run();
  const accepting = door.run();
  const sweeping = setInterval(() => hub.sweep(), SWEEP_MS);
  watch({ type: "started", address: address(host, port) });
  const stop = async () => {
    watch({ type: "stopping" });
    hub.stop();
    clearInterval(sweeping);
    await within(STOP_MS, door.close());
    await history.close();
    await Promise.all([delivering, accepting]);
    watch({ type: "stopped", messages: hub.messages });
  };
  return { host, port, stop };
}

function listen({ host, port }: ServerConfig): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: host, port });
  } catch (error) {
    throw cannotListen(error, host, port);
  }
}

function cannotListen(error: unknown, host: string, port: number): unknown {
  const at = `Cannot listen on ${address(host, port)}`;
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

/** 72 random bits: enough that no two sessions of a server ever share an id. */
function newId(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(9)))).replaceAll("+", "-").replaceAll("/", "_");
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
