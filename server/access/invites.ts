/**
 * Invites, one file each: `chat invite` makes them, a server takes them. No file is written by both.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { promises } from "node:fs";
import { readShortCode } from "../../shared/short_code.ts";
import { decodeInvite, type Invite } from "./invite.ts";

/** Within a data folder. */
const FOLDER = "invites";
/** The longest file that is read, in bytes: twice what an invite takes that 1,000 came in with. */
const MOST_BYTES = 128 * 1024;

/** What is thrown where there is no invite to be read. */
const NONE = [Deno.errors.NotFound, Deno.errors.PermissionDenied, Deno.errors.IsADirectory];

/** Keeps a new invite, for the user whose the data folder is. @param folder The data folder; it is made where there is none. */
export async function addInvite(folder: string, code: string, invite: Pick<Invite, "expires" | "uses">): Promise<void> {
  await Deno.mkdir(`${folder}/${FOLDER}`, { recursive: true, mode: 0o700 });
  await handOver(`${folder}/${FOLDER}`, folder);
  const path = pathOf(folder, code);
  await writeInvite(path, { ...invite, used: 0, installations: [] });
  await handOver(path, folder);
}

/** Gives a file of root's to the user whose the folder is: the server runs as that. Not what a link leads to, which may be anything. */
async function handOver(path: string, folder: string): Promise<void> {
  const [{ uid, gid }, made] = await Promise.all([Deno.stat(folder), Deno.lstat(path)]);
  if (uid !== null && gid !== null && uid !== made.uid) await promises.lchown(path, uid, gid);
}

/** Takes an invite back. Returns how many clients came in with it that are not known any more; `undefined` where there is none with that code. */
export async function revokeInvite(folder: string, code: string): Promise<number | undefined> {
  const path = pathOf(folder, code);
  const invite = await readInvite(path);
  if (invite !== undefined) await removeFile(path);
  return invite?.installations.length;
}

/** Removes the invites that ended before anybody came in with them who could be known again. */
export async function sweepInvites(folder: string, now: number): Promise<void> {
  for (const { path, invite } of await readInvites(folder)) {
    if (invite.expires <= now && invite.installations.length === 0) await removeFile(path);
  }
}

/** The invites of one server. */
export class Invites {
  readonly #folder: string;
  readonly #now: () => number;
  /** Everybody's installation who came in with any, and the files that say so. */
  readonly #known = new Map<string, string[]>();
  /** Settles when nobody redeems: one after the other, so that no use is given twice. */
  #redeemed: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /** Reads who has come in so far, and removes what has ended. @param folder The data folder. @param now Milliseconds since 1970. */
  static async open(folder: string, now: () => number): Promise<Invites> {
    await sweepInvites(folder, now());
    const invites = new Invites(folder, now);
    for (const { path, invite } of await readInvites(folder)) {
      for (const installation of invite.installations) invites.#know(installation, path);
    }
    return invites;
  }

  /** Whether an installation came in before with an invite that was not taken back. */
  knows(installation: string): boolean {
    return this.#known.get(installation)?.some(exists) ?? false;
  }

  /** Whether a text is the code of an invite that still holds; then one of its uses is spent, and the installation known from then on. */
  redeem(text: string, installation: string | undefined): Promise<boolean> {
    const redeeming = this.#redeemed.then(() => this.#redeem(text, installation));
    // Whoever comes next is not to answer for it.
    this.#redeemed = redeeming.catch(() => undefined);
    return redeeming;
  }

  async #redeem(text: string, installation: string | undefined): Promise<boolean> {
    const code = readShortCode(text);
    if (code === undefined) return false;
    const path = pathOf(this.#folder, code);
    const invite = await readInvite(path);
    if (invite === undefined || invite.expires <= this.#now()) return false;
    if (installation !== undefined && invite.installations.includes(installation)) return true;
    if (invite.used >= invite.uses) return false;
    const installations = installation === undefined ? invite.installations : [...invite.installations, installation];
    if (!await writeInvite(path, { ...invite, used: invite.used + 1, installations }, true)) return false;
    if (installation !== undefined) this.#know(installation, path);
    return true;
  }

  #know(installation: string, path: string): void {
    this.#known.set(installation, [...this.#known.get(installation) ?? [], path]);
  }
}

/** @param code As {@link readShortCode} reads it, or written in any way that it understands. */
function pathOf(folder: string, code: string): string {
  return `${folder}/${FOLDER}/${createHash("sha256").update(readShortCode(code) ?? code).digest("hex")}.json`;
}

async function readInvites(folder: string): Promise<{ readonly path: string; readonly invite: Invite }[]> {
  const found = [];
  for (const name of await namesIn(`${folder}/${FOLDER}`)) {
    if (!/^[\da-f]{64}\.json$/.test(name)) continue;
    const path = `${folder}/${FOLDER}/${name}`;
    const invite = await readInvite(path);
    if (invite) found.push({ path, invite });
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** `undefined` where there is none, and where a file holds none or is not ours to read. */
async function readInvite(path: string): Promise<Invite | undefined> {
  try {
    // What is no file of ours, such as a folder, a link or a pipe, is not followed or waited for.
    const { isFile, size } = await Deno.lstat(path);
    return isFile && size <= MOST_BYTES ? decodeInvite(await Deno.readTextFile(path)) : undefined;
  } catch (error) {
    // One that cannot be read lets nobody in, and is no reason to turn all away.
    if (NONE.some((none) => error instanceof none)) return undefined;
    throw error;
  }
}

/**
 * Writes the whole file or nothing: it is on the disk, under a name of its own, before it takes the old one's place.
 *
 * @param replaces Whether there must be an old one: false is returned where it was taken back meanwhile.
 */
async function writeInvite(path: string, invite: Invite, replaces = false): Promise<boolean> {
  const unfinished = `${path}.${Deno.pid}.tmp`;
  try {
    using file = await Deno.open(unfinished, { write: true, create: true, truncate: true, mode: 0o600 });
    let bytes = new TextEncoder().encode(`${JSON.stringify(invite)}\n`);
    while (bytes.length > 0) bytes = bytes.subarray(await file.write(bytes));
    await file.sync();
    if (replaces && !exists(path)) {
      await removeFile(unfinished);
      return false;
    }
    await Deno.rename(unfinished, path);
    return true;
  } catch (error) {
    await removeFile(unfinished);
    throw error;
  }
}

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch (error) {
    if (NONE.some((none) => error instanceof none)) return false;
    throw error;
  }
}

async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
