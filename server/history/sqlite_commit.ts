/**
 * Commits drafts, many in one transaction. The hot path: one flush of the disk and as few calls into SQLite as can be.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EntryType } from "../../shared/protocol.ts";
import type { Request } from "./digest.ts";
import type { RejectionCode } from "./history.ts";
import { type Committed, type Deletion, DRAFT_WIDTH, type DraftValues, type Original } from "./sqlite_messages.ts";
import { SqliteDeletions, type Traces } from "./sqlite_deletions.ts";
import { SqliteRefs } from "./sqlite_refs.ts";
import type { SqliteRoom } from "./sqlite_rooms.ts";
import { base } from "./sqlite_schema.ts";
import { type Transact, transactor } from "./transactor.ts";

/** Entries that one statement inserts. One at a time takes half as long again. */
const ROWS = 8;
const ROW_WIDTH = 7;
const ROW_COLUMNS = `id, at, type, by, "from", text, ref`;

/** By what a request is known when it comes again. */
interface Asked {
  readonly ref: string | undefined;
  readonly owner: string | undefined;
}

type Value = string | number | null;
type Outcome = Committed & { readonly places: number[]; readonly repeated: Original[]; readonly rejected: Committed["rejected"][number][] };

/** Puts drafts into the database. */
export class SqliteCommit {
  readonly #transact: Transact;
  readonly #rooms: Map<string, SqliteRoom>;
  readonly #insertRows: StatementSync;
  readonly #insertRow: StatementSync;
  readonly #insertRoom: StatementSync;
  readonly #setTopic: StatementSync;
  readonly #refs: SqliteRefs;
  readonly #deletions: SqliteDeletions;
  /** Values of rows that are not inserted yet: less than {@link ROWS} of them. */
  #pending: Value[] = [];
  /** The rooms of this transaction as they were before; `undefined` for those that were not. */
  readonly #before = new Map<string, SqliteRoom | undefined>();

  /** @param rooms All rooms; kept up to date. @param traces What deleted entries are taken out of. */
  constructor(db: DatabaseSync, rooms: Map<string, SqliteRoom>, traces: Traces) {
    this.#transact = transactor(db);
    this.#rooms = rooms;
    const row = `(${Array(ROW_WIDTH).fill("?").join()})`;
    this.#insertRow = db.prepare(`INSERT INTO entries (${ROW_COLUMNS}) VALUES ${row}`);
    this.#insertRows = db.prepare(`INSERT INTO entries (${ROW_COLUMNS}) VALUES ${Array(ROWS).fill(row).join()}`);
    this.#insertRoom = db.prepare("INSERT INTO rooms (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING");
    this.#setTopic = db.prepare("UPDATE rooms SET topic = ?, topic_seq = ? WHERE id = ?");
    this.#refs = new SqliteRefs(db);
    this.#deletions = new SqliteDeletions(db, this.#refs, traces);
  }

  /** Commits all of the drafts, or throws SQLite's error and has committed none. */
  commit(values: DraftValues): Committed {
    const answer: Outcome = { kind: "committed", places: [], repeated: [], rejected: [] };
    try {
      this.#transact(() => {
        for (let i = 0; i < values.length; i += DRAFT_WIDTH) this.#add(values, i, answer);
        this.#insertPending();
        for (const name of this.#before.keys()) this.#saveTopic(name);
      });
    } catch (error) {
      this.#pending = [];
      this.#restoreRooms();
      this.#refs.rolledBack();
      throw error;
    } finally {
      this.#before.clear();
    }
    return answer;
  }

  #add(values: DraftValues, i: number, answer: Outcome): void {
    const [name, text] = [values[i] as string, values[i + 5] as string];
    const [type, ref, owner] = [values[i + 2] as EntryType, values[i + 6] as string | undefined, values[i + 7] as string | undefined];
    const special = values[i + 8] as Deletion | "held_back" | undefined;
    if (special === "held_back") return this.#repeat({ room: name, type, text }, { ref, owner }, i / DRAFT_WIDTH, answer);
    const deletion = special;
    const request: Request = deletion === undefined ? { room: name, type, text } : { room: name, type, text, target: deletion.target };
    const room = this.#touch(name);
    const at = Math.max(room.at, values[i + 1] as number);
    const id = base(room.id) + room.head + 1;
    if (ref !== undefined && owner !== undefined && !this.#refs.remember(owner, ref, request, id, at)) {
      this.#letGo(room);
      return this.#repeat(request, { ref, owner }, i / DRAFT_WIDTH, answer, "ref_conflict");
    }
    if (deletion !== undefined) {
      // The target may be in this very batch.
      this.#insertPending();
      const code = this.#deletions.tombstone(room, deletion, { from: values[i + 4] as string, owner });
      if (code !== undefined) {
        if (ref !== undefined && owner !== undefined) this.#refs.forget(owner, ref);
        this.#letGo(room);
        answer.rejected.push({ index: i / DRAFT_WIDTH, code });
        answer.places.push(0, 0);
        return;
      }
    }
    room.at = at;
    if (room.head++ === 0) this.#insertRoom.run(room.id, name);
    answer.places.push(room.head, at);
    if (deletion !== undefined) {
      this.#deletions.insert({ id, at, by: values[i + 3] as string, from: values[i + 4] as string, ref, target: deletion.target });
      return;
    }
    if (type === "topic") [room.topic, room.topicSeq] = [text, room.head];
    this.#pending.push(id, at, type, values[i + 3] as string, values[i + 4] as string, text, ref ?? null);
    if (this.#pending.length === ROWS * ROW_WIDTH) {
      this.#insertRows.run(...this.#pending);
      this.#pending = [];
    }
  }

  /** Answers with what was committed before, or with why that is no answer. */
  #repeat(request: Request, { ref, owner }: Asked, index: number, answer: Outcome, otherwise: RejectionCode = "held_back"): void {
    // The original may be in this very batch.
    this.#insertPending();
    const room = this.#rooms.get(request.room);
    const original = room && ref !== undefined && owner !== undefined ? this.#refs.recall(owner, ref, request, room.id) : undefined;
    if (original === undefined) answer.rejected.push({ index, code: otherwise });
    else answer.repeated.push({ index, ...original });
    answer.places.push(0, 0);
  }

  #insertPending(): void {
    for (let i = 0; i < this.#pending.length; i += ROW_WIDTH) this.#insertRow.run(...this.#pending.slice(i, i + ROW_WIDTH));
    this.#pending = [];
  }

  /** The room of that name, made where there is none, and remembered as it was. */
  #touch(name: string): SqliteRoom {
    const known = this.#rooms.get(name);
    if (known !== undefined && this.#before.has(name)) return known;
    this.#before.set(name, known && { ...known });
    if (known !== undefined) return known;
    const room: SqliteRoom = { id: this.#rooms.size + 1, name, head: 0, at: 0, topic: "", topicSeq: 0, floor: 0, indexed: 0 };
    this.#rooms.set(name, room);
    return room;
  }

  /** Forgets a room that would have begun with a draft that became no entry. */
  #letGo({ name, head }: SqliteRoom): void {
    if (head === 0 && this.#before.get(name) === undefined) this.#rooms.delete(name);
  }

  #saveTopic(name: string): void {
    const room = this.#rooms.get(name);
    if (room !== undefined && room.topicSeq !== (this.#before.get(name)?.topicSeq ?? 0)) {
      this.#setTopic.run(room.topic, room.topicSeq, room.id);
    }
  }

  #restoreRooms(): void {
    for (const [name, before] of this.#before) {
      const room = this.#rooms.get(name);
      if (before === undefined || room === undefined) this.#rooms.delete(name);
      else Object.assign(room, before);
    }
  }
}
