/**
 * A real terminal's state machine without a window: xterm.js, headless.
 *
 * @module
 */
import xterm from "@xterm/headless";
import type { Device } from "../../../client/views/terminal.ts";

/** Operating system commands that a terminal may take: titles, colours, links, the clipboard and those of single terminals. */
const OSC = [0, 1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 17, 19, 22, 50, 52, 99, 104, 110, 133, 777, 1337];
/** Columns of a terminal that no test resizes. */
const COLUMNS = 60;
const ROWS = 16;

/** A terminal whose keys the test presses. */
export class Emulator implements Device {
  raw = false;
  /** What it would send to the program by itself. */
  replies = "";
  /** What was done to it beyond printing. */
  readonly commands: string[] = [];
  bells = 0;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #keys: Uint8Array[] = [];
  #pressed = Promise.withResolvers<void>();
  #writing = 0;

  constructor({ columns = COLUMNS, rows = ROWS }: { readonly columns?: number; readonly rows?: number } = {}) {
    // As most terminals do, and unlike the program in a browser for which this was written.
    const reflow = { reflowCursorLine: true };
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 20_000, ...reflow });
    this.#terminal.onData((data) => this.replies += data);
    this.#terminal.onBinary((data) => this.replies += data);
    this.#terminal.onBell(() => this.bells++);
    this.#terminal.onTitleChange((title) => this.commands.push(`title ${title}`));
    for (const command of OSC) {
      this.#terminal.parser.registerOscHandler(command, (data) => {
        this.commands.push(`OSC ${command};${data}`);
        return false;
      });
    }
  }

  press(keys: string): void {
    this.#keys.push(new TextEncoder().encode(keys));
    this.#pressed.resolve();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#keys.length === 0) {
      this.#pressed = Promise.withResolvers();
      await this.#pressed.promise;
    }
    const [keys] = this.#keys;
    const taken = keys.subarray(0, buffer.length);
    buffer.set(taken);
    if (taken.length === keys.length) this.#keys.shift();
    else this.#keys[0] = keys.subarray(taken.length);
    return taken.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    this.#writing++;
    return new Promise((resolve) => {
      this.#terminal.write(bytes.slice(), () => {
        this.#writing--;
        resolve(bytes.length);
      });
    });
  }

  size(): { columns: number; rows: number } {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  setRaw(raw: boolean): void {
    this.raw = raw;
  }

  /** Another size. The program is to be told of it. */
  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** Resolves when everything pressed has been read and everything written has been drawn. */
  async settled(): Promise<void> {
    // What is written in answer to a key is written within a turn or two of it.
    for (let quiet = 0; quiet < 3; quiet = this.#keys.length > 0 || this.#writing > 0 ? 0 : quiet + 1) {
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** The modes that a program can set. */
  get modes(): unknown {
    return this.#terminal.modes;
  }

  /** Whether this is the main screen, whose lines scroll into the past. */
  get main(): boolean {
    return this.#terminal.buffer.active.type === "normal";
  }

  /** Where the cursor is, counted from the first row of the scrollback. */
  get cursor(): { readonly row: number; readonly column: number } {
    const { baseY, cursorX, cursorY } = this.#terminal.buffer.active;
    return { row: baseY + cursorY, column: cursorX };
  }

  /** Every row there is, with the scrollback, without what is empty at the end. */
  get rows(): string[] {
    const rows = Array.from({ length: this.#terminal.buffer.active.length }, (_, y) => this.#row(y));
    return rows.slice(0, rows.findLastIndex((row) => row !== "") + 1);
  }

  /** Every line, as it was before the width broke it. */
  get lines(): string[] {
    const lines: string[] = [];
    for (const [y, row] of this.rows.entries()) {
      if (this.#terminal.buffer.active.getLine(y)?.isWrapped && lines.length > 0) lines[lines.length - 1] += row;
      else lines.push(row);
    }
    return lines;
  }

  /** How each cell looks, colours and all: what one screen must share with another to be the same. */
  get cells(): string[] {
    const buffer = this.#terminal.buffer.active;
    return Array.from({ length: buffer.length }, (_, y) => {
      const line = buffer.getLine(y)!;
      return Array.from({ length: this.#terminal.cols }, (_, x) => {
        const cell = line.getCell(x)!;
        const style = [cell.getFgColor(), cell.getBgColor(), cell.isBold(), cell.isInverse(), cell.isInvisible(), cell.isUnderline()];
        return `${cell.getChars()}|${cell.getWidth()}|${style}`;
      }).join(" ") + (line.isWrapped ? " wrapped" : "");
    });
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose();
  }

  #row(y: number): string {
    return this.#terminal.buffer.active.getLine(y)?.translateToString(true) ?? "";
  }
}
