/**
 * The database's tables, as the steps that lead to them.
 *
 * @module
 */

/** In the file's header; `file` and SQLite's own tools show it. The letters `chat`. */
export const APPLICATION_ID = 0x63686174;

/**
 * What takes a database from each schema version to the next; the first makes it. Never edit one that was released: add another.
 *
 * - `entries.id` is the room's id times 2^32 plus the entry's seq, so that a room's entries lie together in their order and need no index.
 * - `rooms.floor` is the seq of the newest entry that retention removed; `floor_at` its time. `indexed` is how far the word index reaches.
 * - `refs` remembers what was asked, also when its entry is gone: `digest` tells what it said. Without a rowid the primary key is all there is
 *   to write, and refs that begin with the time of their making are written side by side.
 * - `entries.target` is the seq that an entry of type `deleted` is about; `rooms.topic_seq` the entry that the topic is from, 0 where there is none.
 * - `words` holds no texts, only the index of their words; its rowid is the entry's id. What is taken out of it leaves no trace (`secure-delete`).
 * - `leftovers` are texts that were deleted, by their entries' ids, until their words are out of the index as well, which takes knowing them.
 *   The third step has all words indexed anew: signs that are no letters were taken for some.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    topic TEXT NOT NULL DEFAULT '',
    floor INTEGER NOT NULL DEFAULT 0,
    floor_at INTEGER NOT NULL DEFAULT 0,
    indexed INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    by TEXT NOT NULL,
    "from" TEXT NOT NULL,
    text TEXT NOT NULL,
    ref TEXT
  ) STRICT;
  CREATE TABLE owners (id INTEGER PRIMARY KEY, owner TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE refs (
    owner INTEGER NOT NULL,
    ref TEXT NOT NULL,
    digest INTEGER NOT NULL,
    id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (owner, ref)
  ) STRICT, WITHOUT ROWID;
  CREATE VIRTUAL TABLE words USING fts5(terms, content='', columnsize=0, tokenize='unicode61 remove_diacritics 0');
  INSERT INTO meta VALUES ('epoch', lower(hex(randomblob(16))));
  `,
  `
  ALTER TABLE entries ADD COLUMN target INTEGER;
  ALTER TABLE rooms ADD COLUMN topic_seq INTEGER NOT NULL DEFAULT 0;
  UPDATE rooms SET topic_seq = coalesce(
    (SELECT max(entries.id) FROM entries WHERE type = 'topic' AND entries.id > rooms.id << 32 AND entries.id < (rooms.id + 1) << 32) - (rooms.id << 32), 0
  ) WHERE topic <> '';
  INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
  `,
  `
  CREATE TABLE leftovers (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
  INSERT INTO words (words) VALUES ('delete-all');
  UPDATE rooms SET indexed = floor;
  `,
];

/** The tables that a copy of the history takes with it; the index of words is made again, behind the commits as ever. */
export const COPIED = ["rooms", "entries", "owners", "refs"] as const;

/** Seqs that fit a room; the ids of a room's entries are from `base(id)` up to, not including, `base(id + 1)`. */
const SEQS = 2 ** 32;

/** The id that stands before a room's first entry. */
export function base(roomId: number): number {
  return roomId * SEQS;
}
