/**
 * A disk whose power can be cut.
 *
 * `disk.c`, preloaded into the server, keeps a second folder with each file as it was when it was last flushed. After a power cut the data
 * folder is what is there; of what was not flushed a file may be whole or not there at all, by chance. That is coarser than a real disk,
 * which may keep any part of what was not flushed in any order, and it believes that a flushed file has its name.
 *
 * @module
 */
import type { Random } from "./random.ts";

const SOURCE = new URL("./disk.c", import.meta.url).pathname;
/** The files that SQLite keeps a history in; the others are memory that looks like a file, or tell people something. */
const FILES = ["chat.db", "chat.db-wal", "chat.db-journal"];
/** How often a file has after a cut what was not flushed as well. */
const LUCKY = 0.2;

/** The disk of one data folder. */
export class Disk {
  /** What the server's environment must have. */
  readonly env: Readonly<Record<string, string>>;
  readonly #data: string;
  readonly #flushed: string;
  readonly #random: Random;

  private constructor(data: string, flushed: string, library: string, random: Random) {
    this.#data = data;
    this.#flushed = flushed;
    this.#random = random;
    this.env = { LD_PRELOAD: library, CHAOS_DATA: data, CHAOS_DISK: flushed };
  }

  /** Makes a disk for the folder `data` in the folder `work`; says why where that cannot be done here. */
  static async make(work: string, data: string, random: Random): Promise<Disk | string> {
    if (Deno.build.os !== "linux") return "preloading is done on Linux only";
    const library = `${work}/disk.so`;
    try {
      const { success, stderr } = await new Deno.Command("cc", { args: ["-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"] })
        .output();
      if (!success) return new TextDecoder().decode(stderr);
    } catch (error) {
      return `no C compiler: ${error}`;
    }
    const flushed = `${work}/flushed`;
    await Deno.mkdir(flushed);
    return new Disk(data, flushed, library, random);
  }

  /** Makes the data folder what it is when power comes back. The server must be gone. */
  async cutPower(): Promise<void> {
    for (const file of FILES) {
      // What was removed stays removed: a journal of long ago does not come back.
      if (!await exists(`${this.#data}/${file}`) || this.#random.chance(LUCKY)) await this.#copy(this.#data, file, this.#flushed);
      else await this.#copy(this.#flushed, file, this.#data);
    }
    await Deno.remove(`${this.#data}/chat.db-shm`).catch(missing);
  }

  async #copy(from: string, file: string, to: string): Promise<void> {
    try {
      await Deno.copyFile(`${from}/${file}`, `${to}/${file}`);
    } catch (error) {
      missing(error);
      await Deno.remove(`${to}/${file}`).catch(missing);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    missing(error);
    return false;
  }
}

function missing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
