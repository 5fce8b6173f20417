/**
 * The history of a server: in memory or in a folder.
 *
 * @module
 */
import { count } from "../shared/text.ts";
import type { ServerConfig } from "./config.ts";
import { type Announcement, dataFolder, lockDataFolder } from "./history/data_folder.ts";
import { dataSize } from "./history/data_size.ts";
import type { History } from "./history/history.ts";
import { MEMORY_ENTRIES, MemoryHistory } from "./history/memory_history.ts";
import { DEFAULT_RETENTION } from "./history/retention.ts";
import { SqliteHistory } from "./history/sqlite_history.ts";
import { randomText } from "./random_text.ts";

/** A history in use. */
export interface Kept {
  readonly history: History;
  /** What is kept, for everybody: not where, which tells of the owner's machine. */
  readonly keeps: string;
  /** The data folder, where it is on disk. */
  readonly folder?: string;
  /** Its bytes on disk, where it is on disk. */
  size?(): Promise<number>;
  /** Tells others on this machine what server this is, where it is on disk. */
  announce?(announcement: Announcement): void;
  close(): Promise<void>;
}

/** Opens the history that the owner wishes. @throws {Fatal} When it cannot be opened. */
export async function openHistory({ ephemeral, data }: Pick<ServerConfig, "ephemeral" | "data">): Promise<Kept> {
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
    const close = async () => {
      await history.close();
      lock[Symbol.dispose]();
    };
    const days = DEFAULT_RETENTION.ms / (24 * 60 * 60_000);
    const size = () => dataSize(folder);
    const keeps = `${days} days or ${count(DEFAULT_RETENTION.entries)} messages of a room`;
    return { history, folder, size, keeps, announce: (announcement) => lock.announce(announcement), close };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}
