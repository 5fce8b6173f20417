/**
 * `chat server`: puts the parts together, the only file that knows them all.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Sample } from "../shared/console.ts";
import { flagsAsTyped } from "../shared/command_line.ts";
import { EXIT, type ExitCode, Fatal } from "../shared/exit.ts";
import { SHORT_CODE_BYTES, shortCode } from "../shared/short_code.ts";
import { hostAndPort } from "../shared/text.ts";
import { VERSION } from "../shared/version.ts";
import { type Asks, openAccess } from "./access/open_access.ts";
import { readOrder } from "./audit_log.ts";
import type { ServerConfig } from "./config.ts";
import type { Connection } from "./connection.ts";
import { Encryption } from "./encryption.ts";
import { Console } from "./console/console.ts";
import { openInBrowser } from "./browser.ts";
import type { Watch } from "./events.ts";
import { FrontDoor } from "./front_door.ts";
import { StorageBroken } from "./history/history.ts";
import { DATA_FLAG } from "./history_flags.ts";
import { Hub } from "./hub.ts";
import { openHistory } from "./kept.ts";
import { listen } from "./listen.ts";
import { openLog } from "./log.ts";
import { metricsText } from "./metrics.ts";
import { opening } from "./opening.ts";
import { ownAddresses } from "./own_addresses.ts";
import { peopleOf } from "./people.ts";
import { qrCode } from "./qr.ts";
import { randomText } from "./random_text.ts";
import { localConsoleLink, pageLink, type Proof, reachableHosts } from "./reach.ts";
import { serveConnection } from "./session.ts";
import { Signals } from "./signals.ts";
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
  /** What it keeps, and where, for its owner. */
  readonly keeps: string;
  /** What it asks of those who come in. */
  readonly asks: Asks;
  /** Opens the server's window once from elsewhere; `undefined` where its page has not been made. */
  readonly consoleKey: string | undefined;
  /** Makes whoever types it the owner; `undefined` where the server has one. */
  readonly ownerCode: string | undefined;
  /** Whether it has an owner. */
  readonly owned: boolean;
  /** Present where it encrypts. */
  readonly encryption: Proof | undefined;
  /** Reads the certificate again, where there is one. */
  renewCertificate(): Promise<void>;
  /** Settles with what broke the history, when something does. */
  readonly broken: Promise<StorageBroken>;
  /** Tells everybody, delivers what was read, closes. Settles within 5 s. @param why Default: `"restart"`. */
  stop(why?: "restart" | "storage"): Promise<void>;
}

/**
 * Serves until SIGINT, SIGTERM or the end of its terminal; a second one ends it at once. Throws {@link Fatal} when it cannot listen, or cannot keep the history any more.
 *
 * @param started Called once it serves: from then on it starts no program, opens no file to write but invites, and connects and listens nowhere but where it decrypts.
 */
export async function serve(config: ServerConfig, started: () => void): Promise<ExitCode> {
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
    // Where the terminal is gone that the log went to, somebody has closed it to end the server.
    signals.onHangup(() => terminal && !Deno.stderr.isTerminal() ? signals.closed() : void server.renewCertificate());
    const own = ownAddresses();
    const reach = { ...server, own };
    const qr = config.qr ? { qr: await qrCode(pageLink(reachableHosts(reach)[0], reach), colours && Deno.stdout.isTerminal()) } : {};
    const command = Deno.build.standalone ? "chat" : "deno task chat";
    const invite = config.ephemeral ? undefined : [`${command} invite`, ...flagsAsTyped({ data: DATA_FLAG }, config)].join(" ");
    await print(opening({ ...reach, command, flags: config.flags, invite, root: Deno.uid() === 0, ...qr }));
    if (config.open) void showWindow(server);
    started();
    const broken: StorageBroken[] = [];
    void server.broken.then((error) => broken.push(error));
    await Promise.race([server.broken, signals.next()]);
    await Promise.race([server.stop(broken.length > 0 ? "storage" : "restart"), signals.next()]);
    // While it stops, too: what was said last is not kept.
    for (const { message } of broken) throw new Fatal(EXIT.ioError, message);
  } finally {
    signals.close();
    await within(LOG_MS, log.close());
  }
  return EXIT.ok;
}

/** Opens the server's window in a browser; says so in a line where that fails. */
async function showWindow({ consoleKey, ...reach }: RunningServer): Promise<void> {
  const problem = consoleKey === undefined
    ? "There is no window to open: its page has not been made. Make it with: deno task bundle"
    : await openInBrowser(localConsoleLink(reach, consoleKey), Deno.build.os);
  if (problem !== undefined) await print(`${problem}\n`);
}

/** Starts a server. Throws {@link Fatal} when it cannot listen, or cannot open its history; then nothing was started. */
export async function startServer(config: ServerConfig, watch: Watch): Promise<RunningServer> {
  const assets = await loadAssets(PAGE_FOLDER);
  await using undo = new AsyncDisposableStack();
  const listener = undo.adopt(listen(config), (listener) => listener.close());
  const { hostname: host, port } = listener.addr;
  const kept = undo.adopt(await openHistory(config), (kept) => kept.close());
  const order = await readOrder(kept.history);
  const ownerCode = order.owner !== undefined && !config.newOwner
    ? undefined
    : shortCode(crypto.getRandomValues(new Uint8Array(SHORT_CODE_BYTES)));
  const encryption = undo.adopt(await Encryption.open(config, kept.folder), (encryption) => encryption?.close());
  const hash = (secret: string) => createHash("sha256").update(secret).digest("base64url");
  const monotonic = () => performance.now();
  const { gate, asks } = await openAccess({ config, folder: kept.folder, hash, monotonic, now: Date.now });
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
    people: () => peopleOf(hub.seats, performance.now()),
    announce: (text) => hub.moderator.announce(text),
    disconnect: (id) => hub.moderator.disconnect(id),
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
    order,
    ownerCode,
    limits,
    watch: seen,
    server: SERVER,
    now: Date.now,
    monotonic,
    random: Math.random,
    newId: () => randomText(9),
    newToken: () => randomText(24),
    hash,
    mayReturn: gate.knows,
  });
  const turns = new Turns();
  const names = [...config.webHosts, config.host.toLowerCase()];
  const metrics = (): string =>
    metricsText({ ...sample(), accepted: door.accepted, commits: hub.commits, faults, heap: Deno.memoryUsage().heapUsed });
  const serve = (connection: Connection) => serveConnection(connection, { hub, gate, turns });
  const door = new FrontDoor(listener, { limits, watch: seen, site: { assets, names, metrics }, console, serve, encryption });
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
    if (encryption) await within(STOP_MS, encryption.close());
    hub.close();
    await kept.close();
    await Promise.all([delivering, accepting, measuring]);
    console.close();
    watch({ type: "stopped", messages: hub.messages });
  };
  const proof = () => encryption && { names: config.webHosts, ...encryption.fingerprint && { fingerprint: encryption.fingerprint } };
  const announce = () => {
    const encrypts = proof();
    kept.announce?.({
      address: hostAndPort(host, port),
      password: asks !== "nothing",
      plaintextPassword: config.allowPlaintextPassword,
      ...encrypts && { encryption: encrypts },
    });
  };
  announce();
  const renewCertificate = async () => {
    if (encryption === undefined) return;
    const problem = await encryption.renew();
    try {
      announce();
    } catch (error) {
      // On a full disk: invites tell of the certificate of before.
      seen({ type: "fault", where: "announcing the certificate", error });
    }
    seen({ type: "certificate", ...problem === undefined ? {} : { problem } });
  };
  const consoleKey = assets.has("/console") ? console.key : undefined;
  undo.move();
  return {
    host,
    port,
    keeps: kept.folder === undefined ? kept.keeps : `${kept.keeps}, in ${kept.folder}`,
    asks,
    consoleKey,
    ownerCode,
    owned: order.owner !== undefined,
    encryption: proof(),
    renewCertificate,
    broken: broken.promise,
    stop,
  };
}

/** Delivers until the history is closed or broken. */
async function deliver(hub: Hub, broken: (error: StorageBroken) => void): Promise<void> {
  try {
    await hub.run();
  } catch (error) {
    if (!(error instanceof StorageBroken)) throw error;
    broken(error);
    // Nobody waits any more for answers that cannot come.
    if (hub.stopping.aborted) hub.stop("storage");
  }
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

/** Settles with `work`, or after `ms` at the latest. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([work, new Promise((resolve) => timer = setTimeout(resolve, ms))]);
  clearTimeout(timer);
}
