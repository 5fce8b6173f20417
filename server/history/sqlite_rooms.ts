/**
 * What the worker knows of each room without asking the database.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Seq } from "../../shared/protocol.ts";
import { base } from "./sqlite_schema.ts";

/** A room as committed, or, within a transaction, as it will be. */
export interface SqliteRoom {
  readonly id: number;
  readonly name: string;
  head: Seq;
  /** The time of the newest entry. */
  at: number;
  topic: string;
  /** The entry that the topic is from. */
  topicSeq: Seq;
  /** The seq of the newest entry that is no longer kept. */
  floor: Seq;
  /** The time of the oldest entry that is kept, once somebody has looked. */
  oldestAt?: number;
  /** The seq of the newest entry whose words are in the index. */
  indexed: Seq;
}

/** All rooms, by name. Rooms are few and looked at for every entry, so they stay in memory. */
export function loadRooms(db: DatabaseSync): Map<string, SqliteRoom> {
  const newest = db.prepare("SELECT id, at FROM entries WHERE id > ? AND id < ? ORDER BY id DESC LIMIT 1");
  const rooms = new Map<string, SqliteRoom>();
  for (const row of db.prepare("SELECT id, name, topic, topic_seq, floor, floor_at, indexed FROM rooms").all()) {
    const id = Number(row.id);
    const last = newest.get(base(id), base(id + 1));
    rooms.set(String(row.name), {
      id,
      name: String(row.name),
      head: last ? Number(last.id) - base(id) : Number(row.floor),
      at: last ? Number(last.at) : Number(row.floor_at),
      topic: String(row.topic),
      topicSeq: Number(row.topic_seq),
      floor: Number(row.floor),
      indexed: Number(row.indexed),
    });
  }
  return rooms;
}
