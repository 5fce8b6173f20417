/**
 * `chat client`, put together: the only file of the client that knows the process it runs in.
 *
 * @module
 */
import { EXIT, type ExitCode, Fatal } from "../shared/exit.ts";
import { cleanText } from "../shared/text.ts";
import { systemClock } from "./clock.ts";
import { type ClientConfig, formatAddress } from "./config.ts";
import { Connection } from "./connection.ts";
import { converse } from "./conversation.ts";
import { relayFrames } from "./frame_relay.ts";
import type { Memory } from "./commands.ts";
import { hold, unlessStuck } from "./hold.ts";
import { secretFor } from "./installation.ts";
import { LiveSettings } from "./live_settings.ts";
import { askedPassword, heldPassword } from "./password.ts";
import { checkOutput, readableLines, unreadable } from "./pipe_errors.ts";
import { newSecret } from "./ref.ts";
import { interruptible, listen } from "./signals.ts";
import { KnownCertificates } from "./state/certificates.ts";
import { ClientState } from "./state/state.ts";
import { dialer } from "./dialer.ts";
import { paint } from "./views/paint.ts";
import { inputLines, PlainView, typedLines } from "./views/plain.ts";
import { type Device, type TerminalLook, TerminalView } from "./views/terminal.ts";
import { Writer } from "./writer.ts";

/** How much of what was said before a person is shown. */
const PERSON_BACKLOG = 50;
/** A program remembers by itself what it has to. */
const NO_MEMORY: Memory = { keeps: false, welcomed() {}, renamed() {}, entered() {}, left() {}, saw() {} };
/** What a terminal is taken for that does not say. */
const UNKNOWN_SIZE = { columns: 80, rows: 24 };

/**
 * Chats until somebody has enough; resolves with the exit code. A read from stdin may be left pending: end the process with the code.
 *
 * @throws {Fatal} When there is no server, or no name to chat under.
 */
export async function chat(config: ClientConfig): Promise<ExitCode> {
  const terminal = !config.json && Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  const face = !terminal ? chatOverPipes : config.plain || config.dumb ? chatInLines : chatInTerminal;
  return await interruptible((asked) => face(config, asked));
}

async function chatInTerminal(config: ClientConfig, asked: AbortSignal): Promise<ExitCode> {
  const view = new TerminalView(terminalDevice(), lookOf(config), systemClock);
  const stopListening = listen({ SIGWINCH: () => view.resized(), SIGCONT: () => view.resumed() });
  // Whatever ends the process, the shell gets its terminal back.
  const restore = () => writeAtOnce(view.abandon());
  globalThis.addEventListener("unload", restore);
  try {
    return await chatAsPerson(config, view, { asked, restyle: (look) => view.look = look });
  } finally {
    stopListening();
    await unlessStuck(view.close(), { asked, clock: systemClock });
    globalThis.removeEventListener("unload", restore);
  }
}

async function chatInLines(config: ClientConfig, asked: AbortSignal): Promise<ExitCode> {
  // A terminal that cannot be read has been closed.
  const input = readableLines(typedLines(Deno.stdin.readable), () => {});
  const view = new PlainView({ input, output: Deno.stdout, errors: Deno.stderr, hide: setRaw }, true);
  try {
    return await chatAsPerson(config, view, { asked, restyle: () => {} });
  } finally {
    await unlessStuck(view.close(), { asked, clock: systemClock });
  }
}

interface PersonOptions {
  readonly asked: AbortSignal;
  /** Takes what was changed of the look. */
  readonly restyle: (look: TerminalLook) => void;
}

async function chatAsPerson(
  config: ClientConfig,
  view: TerminalView | PlainView,
  { asked, restyle }: PersonOptions,
): Promise<ExitCode> {
  const { folders } = config;
  const tell = (text: string) => view.notice(text);
  const state = ClientState.open({
    folder: folders.state,
    address: config,
    name: config.name,
    clock: systemClock,
    now: () => new Date(),
    tell,
  });
  const { seen, unsent } = state;
  let known = config.name ?? state.name;
  const connection = new Connection({
    address: config,
    dial: dialer({ known: new KnownCertificates(folders.state), tell }),
    name: (refused, signal) => {
      const name = known;
      known = undefined;
      return name === undefined ? view.askName(refused?.text, signal) : Promise.resolve(name);
    },
    access: {
      password: askedPassword(config.access.password, (refused, signal) => view.askPassword(refused.text, signal)),
      allowPlaintext: config.access.allowPlaintext,
    },
    secret: await secretFor(formatAddress(config), state.secret),
    rooms: state.rooms,
    backlog: PERSON_BACKLOG,
    keeper: state,
    clock: systemClock,
    random: Math.random,
  });
  const settings = new LiveSettings(config, (changed) => restyle(lookOf(changed)));
  try {
    const conversation = converse(connection, view, { strict: false, seen, unsent, settings, memory: state });
    return await hold(connection, conversation, { asked, gone: view.gone, clock: systemClock });
  } finally {
    state.close();
  }
}

async function chatOverPipes(config: ClientConfig, asked: AbortSignal): Promise<ExitCode> {
  const { name, folders } = config;
  if (name === undefined) throw new Fatal(EXIT.usage, "Pass a name with --name: there is no terminal to ask for one");
  const errors = new Writer(Deno.stderr);
  const connection = new Connection({
    address: config,
    dial: dialer({ known: new KnownCertificates(folders.state), tell: (text) => errors.write(`${text}\n`) }),
    name: (refused) => {
      if (refused) throw new Fatal(EXIT.failure, `${cleanText(refused.text)}. Pass another name with --name`);
      return Promise.resolve(name);
    },
    access: { ...config.access, password: heldPassword(config.access.password) },
    secret: newSecret(),
    backlog: 0,
    clock: systemClock,
    random: Math.random,
  });
  let problem: Fatal | undefined;
  const input = readableLines(inputLines(Deno.stdin.readable), (error) => problem = unreadable(error));
  const { conversation, gone, close } = config.json ? relayed(connection, input) : conversed(connection, input, config);
  let code: ExitCode;
  try {
    code = await hold(connection, conversation, { asked, gone, clock: systemClock });
  } finally {
    await unlessStuck(close(), { asked, clock: systemClock });
  }
  await checkOutput(gone);
  if (problem !== undefined) throw problem;
  return code;
}

/** What goes on over pipes. */
interface Piped {
  readonly conversation: Promise<ExitCode>;
  /** Resolves when the output takes nothing any more. */
  readonly gone: Promise<Error>;
  /** Resolves when everything is written. */
  readonly close: () => Promise<void>;
}

function relayed(connection: Connection, input: AsyncIterable<string>): Piped {
  const output = new Writer(Deno.stdout);
  return { conversation: relayFrames(connection, { input, output }), gone: output.broken, close: () => output.flushed() };
}

function conversed(connection: Connection, input: AsyncIterable<string>, config: ClientConfig): Piped {
  const view = new PlainView({ input, output: Deno.stdout, errors: Deno.stderr }, false);
  const settings = new LiveSettings(config, () => {});
  const conversation = converse(connection, view, { strict: true, settings, memory: NO_MEMORY });
  return { conversation, gone: view.gone, close: () => view.close() };
}

function lookOf({ colour, timeFormat, bell }: ClientConfig): TerminalLook {
  return { paint: paint(colour === "auto" ? !Deno.noColor : colour === "always"), timeFormat, bell };
}

function terminalDevice(): Device {
  return {
    read: (buffer) => endWithTerminal(Deno.stdin.read(buffer)),
    write: (bytes) => Deno.stdout.write(bytes),
    size() {
      try {
        const { columns, rows } = Deno.consoleSize();
        // A terminal that a program made for another, as `script` does, may not know.
        return { columns: columns || UNKNOWN_SIZE.columns, rows: rows || UNKNOWN_SIZE.rows };
      } catch {
        // The terminal was closed under us, and we are about to hear of it.
        return UNKNOWN_SIZE;
      }
    },
    setRaw,
  };
}

/** A terminal that cannot be read has been closed. */
async function endWithTerminal(reading: Promise<number | null>): Promise<number | null> {
  try {
    return await reading;
  } catch {
    return null;
  }
}

function setRaw(raw: boolean): void {
  try {
    // With cbreak Ctrl-C and Ctrl-Z stay what they are to the shell. Windows has none.
    Deno.stdin.setRaw(raw, { cbreak: Deno.build.os !== "windows" });
  } catch {
    // A terminal that was closed under us needs no care any more.
  }
}

/** Writes to a terminal without waiting. */
function writeAtOnce(text: string): void {
  try {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  } catch {
    // As above.
  }
}
