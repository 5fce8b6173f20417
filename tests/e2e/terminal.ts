/**
 * The real program in a real terminal, which tmux plays.
 *
 * @module
 */
import { program, PROGRAM_ENV, soon } from "../harness.ts";

/** Whether there is a tmux; tests that need one are skipped where there is none. */
export const tmuxThere = await new Deno.Command("tmux", { args: ["-V"], stdout: "null", stderr: "null" }).output().then(
  ({ success }) => success,
  () => false,
);
// deno-lint-ignore no-console -- the reason for a skip is for people
if (!tmuxThere) console.log("terminal tests are skipped: tmux is not installed");

/** A terminal with the client in it, on a tmux server of its own. */
export class Terminal implements AsyncDisposable {
  readonly #socket = `chat-test-${crypto.randomUUID()}`;
  readonly #folder = Deno.makeTempDirSync({ prefix: "chat-terminal-" });

  /** Runs the program with the settings and the state that all tests share. */
  static open(columns: number, rows: number, ...args: string[]): Promise<Terminal> {
    return Terminal.openWith(PROGRAM_ENV, columns, rows, ...args);
  }

  /** Runs the program in an environment of its own. */
  static async openWith(env: Readonly<Record<string, string>>, columns: number, rows: number, ...args: string[]): Promise<Terminal> {
    const terminal = new Terminal();
    // The shell stays when the client has gone, so that what it left behind can be looked at.
    const run = program(...args).map((word) => `'${word}'`).join(" ");
    const modes = "stty -a | tr ';' '\\n' | grep -oE -e '-?(icanon|echo)\\b' | tr '\\n' ' '";
    // Its process id is known, so that it can be killed.
    const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`).join(" ");
    const command =
      `trap : INT; env ${settings} sh -c 'echo $$ > "$0"; exec "$@"' '${terminal.#folder}/pid' ${run}; echo "exit code $?"; ${modes}; cat`;
    await terminal.#tmux("-f", "/dev/null", "new-session", "-d", "-x", String(columns), "-y", String(rows), "sh", "-c", command);
    return terminal;
  }

  async type(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** The screen, as soon as it shows `text`. */
  async shows(text: string): Promise<string> {
    let screen = "";
    let looking = true;
    const look = async () => {
      while (looking) {
        screen = (await this.#tmux("capture-pane", "-p")).trimEnd();
        if (screen.includes(text)) return screen;
      }
      return screen;
    };
    try {
      return await soon(look(), `"${text}" on the screen`);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}; it shows:\n${screen}`);
    } finally {
      looking = false;
    }
  }

  /** Kills the program, which learns nothing of it. */
  async kill(): Promise<void> {
    Deno.kill(Number(await Deno.readTextFile(`${this.#folder}/pid`)), "SIGKILL");
    await this.shows("exit code 137");
  }

  async #tmux(...args: string[]): Promise<string> {
    const { stdout } = await new Deno.Command("tmux", { args: ["-L", this.#socket, ...args], stderr: "null" }).output();
    return new TextDecoder().decode(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
    await Deno.remove(this.#folder, { recursive: true });
  }
}
