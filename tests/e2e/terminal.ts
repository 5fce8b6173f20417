/**
 * The real program in a real terminal, which tmux plays.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { program, PROGRAM_ENV } from "../harness.ts";
import { soon } from "../soon.ts";
import { TempFolder } from "../temp_folder.ts";

/** Whether there is a tmux; tests that need one are skipped where there is none. */
export const tmuxThere = await new Deno.Command("tmux", { args: ["-V"], stdout: "null", stderr: "null" }).output().then(
  ({ success }) => success,
  () => false,
);
// deno-lint-ignore no-console -- the reason for a skip is for people
if (!tmuxThere) console.log("terminal tests are skipped: tmux is not installed");

/** A command that prints how the terminal takes keys: `icanon echo` as usual. */
export const MODES = "stty -a | tr ';' '\\n' | grep -oE -e '-?(icanon|echo)\\b' | tr '\\n' ' '";

/** A terminal with the client in it, on a tmux server of its own. */
export class Terminal implements AsyncDisposable {
  readonly #socket = `chat-test-${crypto.randomUUID()}`;
  readonly #folder = new TempFolder();

  /** Runs the program with the settings and the state that all tests share. */
  static open(columns: number, rows: number, ...args: string[]): Promise<Terminal> {
    return Terminal.openWith(PROGRAM_ENV, columns, rows, ...args);
  }

  /** A shell with job control and nothing in it. */
  static async shell(columns: number, rows: number): Promise<Terminal> {
    const terminal = new Terminal();
    const shell = Object.entries({ ...PROGRAM_ENV, PS1: "$ " }).map(([name, value]) => `${name}=${value}`);
    await terminal.#start(columns, rows, "env", ...shell, "bash", "--norc", "--noprofile", "-i");
    return terminal;
  }

  /** Runs the program in an environment of its own. */
  static async openWith(env: Readonly<Record<string, string>>, columns: number, rows: number, ...args: string[]): Promise<Terminal> {
    return await Terminal.run(env, columns, rows, ...program(...args));
  }

  /** Runs another program. */
  static async run(env: Readonly<Record<string, string>>, columns: number, rows: number, ...words: string[]): Promise<Terminal> {
    const terminal = new Terminal();
    // The shell stays when the client has gone, so that what it left behind can be looked at.
    const run = quoted(words);
    // Its process id is known, so that it can be killed.
    const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`).join(" ");
    const command =
      `trap : INT; env ${settings} sh -c 'echo $$ > "$0"; exec "$@"' '${terminal.#folder.path}/pid' ${run}; echo "exit code $?"; ${MODES}; cat`;
    await terminal.#start(columns, rows, "sh", "-c", command);
    return terminal;
  }

  async type(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** Pastes as a terminal does: marked where the program asked for that. */
  async paste(text: string): Promise<void> {
    await this.#tmux("set-buffer", text);
    await this.#tmux("paste-buffer", "-p");
  }

  /** The title that programs can set. */
  async title(): Promise<string> {
    return (await this.#tmux("display-message", "-p", "#{pane_title}")).trim();
  }

  /** Everything that was ever on the screen, its lines as they were before the width broke them. */
  async past(): Promise<string[]> {
    return normalised(await this.#tmux("capture-pane", "-p", "-J", "-S", "-2000"));
  }

  /** Waits until the screen ends with these rows; times are `00:00` in them. */
  async endsWith(...rows: string[]): Promise<void> {
    const end = (screen: string) => normalised(screen).slice(-rows.length);
    assertEquals(
      end(await this.#until((screen) => end(screen).join("\n") === rows.join("\n"), "the screen to end so:\n" + rows.join("\n"))),
      rows,
    );
  }

  /** The screen, as soon as it shows `text`. */
  async shows(text: string): Promise<string> {
    return await this.#until((screen) => screen.includes(text), `"${text}" on the screen`);
  }

  async #until(fits: (screen: string) => boolean, what: string): Promise<string> {
    let screen = "";
    let looking = true;
    const look = async () => {
      while (looking) {
        screen = (await this.#tmux("capture-pane", "-p")).trimEnd();
        if (fits(screen)) return screen;
      }
      return screen;
    };
    try {
      return await soon(look(), what);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}; it shows:\n${screen}`);
    } finally {
      looking = false;
    }
  }

  /** Kills the program, which learns nothing of it. */
  async kill(): Promise<void> {
    Deno.kill(Number(await Deno.readTextFile(`${this.#folder.path}/pid`)), "SIGKILL");
    await this.shows("exit code 137");
  }

  /** Closes the terminal, whatever runs in it. */
  async hangUp(): Promise<void> {
    await this.#tmux("kill-server");
  }

  async #start(columns: number, rows: number, ...command: string[]): Promise<void> {
    await this.#tmux("-f", "/dev/null", "new-session", "-d", "-x", String(columns), "-y", String(rows), ...command);
  }

  async #tmux(...args: string[]): Promise<string> {
    const { stdout } = await new Deno.Command("tmux", { args: ["-L", this.#socket, ...args], stderr: "null" }).output();
    return new TextDecoder().decode(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What tmux ends goes on for a moment, and writes.
    try {
      Deno.kill(Number(await Deno.readTextFile(`${this.#folder.path}/pid`)), "SIGKILL");
    } catch (error) {
      // It has ended, or never began.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await this.#tmux("kill-server");
    this.#folder[Symbol.dispose]();
  }
}

/** Words for a shell. */
export function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(" ");
}

function normalised(screen: string): string[] {
  return screen.trimEnd().replace(/\d\d:\d\d/g, "00:00").split("\n").map((row) => row.trimEnd());
}
