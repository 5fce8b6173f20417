/**
 * Where a server keeps its history, and that no other server does so there.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { EXIT, Fatal } from "../../shared/exit.ts";
import type { Env } from "../../shared/flags.ts";
import { platformFolder } from "../../shared/folders.ts";
import { DATABASE } from "./open_database.ts";

/** A database without content: its lock is what it is for. The operating system gives a lock back when a process ends, however it ends. */
const LOCK = "lock.db";
/** Who has the lock, for people. It may be left over from a server that was killed; the lock decides. */
const HOLDER = "lock.json";

/** What a running server tells of itself beside its history. */
export interface Announcement {
  /** Where it listens: `host:port`, `[v6]:port`. */
  readonly address: string;
  /** Whether it asks for a password. */
  readonly password: boolean;
  /** Present where it encrypts. */
  readonly encryption?: { readonly fingerprint?: string; readonly names: readonly string[] };
  /** Whether it takes one over a connection from another machine that is not encrypted. */
  readonly plaintextPassword: boolean;
}

/** Who has a data folder. */
interface Holder extends Partial<Announcement> {
  readonly pid: number;
  readonly since: string;
}

/** A data folder that is this process's own. */
export interface DataFolderLock extends Disposable {
  /** Tells whoever finds the folder locked what server has it. */
  announce(announcement: Announcement): void;
}

/**
 * The platform's place for a program's data; a folder below the current one where the environment names no home.
 *
 * @param os As in `Deno.build.os`.
 */
export function dataFolder(env: Env, os: typeof Deno.build.os): string {
  return platformFolder("data", env, os) ?? "./chat-data";
}

/**
 * Makes the folder where there is none, and keeps other servers out of it until the lock is disposed of or the process ends.
 *
 * Throws {@link Fatal} when another server has it, or the operating system does not allow it.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  try {
    makePrivate(folder);
    return lock(folder);
  } catch (error) {
    if (error instanceof Fatal) throw error;
    const text = error instanceof Error ? error.message : String(error);
    const denied = error instanceof Deno.errors.PermissionDenied || /readonly|read-only|unable to open|os error (1|13|30)\b/i.test(text);
    const advice = `${denied ? "It must be yours to write" : "Check the disk"}; or choose another folder with --data`;
    throw new Fatal(denied ? EXIT.noPermission : EXIT.ioError, `Cannot keep the history in ${folder}: ${text}. ${advice}`);
  }
}

/** A folder of ours is for its owner only. One with other things in it is somebody's, and stays as it is: the files in it are private anyway. */
function makePrivate(folder: string): void {
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  const ours = names.length === 0 || names.includes(DATABASE);
  if (ours && Deno.build.os !== "windows") Deno.chmodSync(folder, 0o700);
}

function lock(folder: string): DataFolderLock {
  const db = new DatabaseSync(`${folder}/${LOCK}`);
  try {
    db.exec("PRAGMA busy_timeout = 0");
    db.prepare("BEGIN EXCLUSIVE").run();
  } catch (error) {
    db.close();
    if (!(error instanceof Error && error.message.includes("locked"))) throw error;
    throw new Fatal(EXIT.tempFail, `${folder} is in use by ${holderOf(folder)}. Stop it, or choose another folder with --data`);
  }
  const since = new Date().toISOString();
  const announce = (announcement?: Announcement) => {
    const text = JSON.stringify({ pid: Deno.pid, since, ...announcement } satisfies Holder);
    Deno.writeTextFileSync(`${folder}/${HOLDER}`, text, { mode: 0o600 });
  };
  announce();
  return { announce, [Symbol.dispose]: () => db.close() };
}

/** What the server tells of itself that has a folder now; `undefined` where none has it, or it has only just begun. */
export function announcedIn(folder: string): Announcement | undefined {
  if (!isLocked(folder)) return undefined;
  const { address, password = false, plaintextPassword = false, encryption } = readHolder(folder) ?? {};
  return address === undefined ? undefined : { address, password, plaintextPassword, ...encryption && { encryption } };
}

function isLocked(folder: string): boolean {
  const file = `${folder}/${LOCK}`;
  try {
    Deno.statSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  const db = new DatabaseSync(file);
  try {
    db.exec("PRAGMA busy_timeout = 0");
    db.prepare("BEGIN EXCLUSIVE").run();
    return false;
  } catch (error) {
    if (error instanceof Error && error.message.includes("locked")) return true;
    throw error;
  } finally {
    db.close();
  }
}

function holderOf(folder: string): string {
  const server = "another chat server";
  const holder = readHolder(folder);
  if (holder === undefined) return server;
  const { pid, since, address } = holder;
  return `${server} (process ${pid}, since ${since}${address === undefined ? "" : `, at ${address}`})`;
}

/** `undefined` while it is just being written, or when it is not by us. */
function readHolder(folder: string): Holder | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(`${folder}/${HOLDER}`));
  } catch {
    // That the folder is locked is all that is known then.
    return undefined;
  }
}
