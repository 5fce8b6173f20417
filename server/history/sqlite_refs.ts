/**
 * Which refs were committed before.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { digest, type Request } from "./digest.ts";
import type { Original } from "./sqlite_messages.ts";
import { base } from "./sqlite_schema.ts";

/** Owners whose numbers are kept in memory. */
const OWNERS = 10_000;

/** What is remembered of a ref. */
export type Remembered = Omit<Original, "index">;

/** The refs of a database. Used within its transactions. */
export class SqliteRefs {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #selectEntry: StatementSync;
  readonly #isOf: StatementSync;
  readonly #delete: StatementSync;
  readonly #insertOwner: StatementSync;
  readonly #selectOwner: StatementSync;
  readonly #owners = new Map<string, number>();

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare("INSERT INTO refs VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    this.#select = db.prepare("SELECT digest, id, at FROM refs WHERE owner = ? AND ref = ?");
    this.#selectEntry = db.prepare(`SELECT type, by, "from", text FROM entries WHERE id = ?`);
    this.#isOf = db.prepare("SELECT 1 FROM refs WHERE owner = ? AND ref = ? AND id = ?");
    this.#delete = db.prepare("DELETE FROM refs WHERE owner = ? AND ref = ?");
    this.#insertOwner = db.prepare("INSERT INTO owners (owner) VALUES (?) ON CONFLICT DO NOTHING");
    this.#selectOwner = db.prepare("SELECT id FROM owners WHERE owner = ?");
  }

  /** Remembers that `ref` became the entry `id`; false when it has become one before. */
  remember(owner: string, ref: string, request: Request, id: number, at: number): boolean {
    return this.#insert.run(this.#number(owner), ref, digest(request), id, at).changes === 1;
  }

  /** What a ref became before, or `undefined` when that was something else. `roomId` is the request's room. */
  recall(owner: string, ref: string, request: Request, roomId: number): Remembered | undefined {
    const row = this.#select.get(this.#number(owner), ref);
    if (row?.digest !== digest(request)) return undefined;
    const original = { seq: Number(row.id) - base(roomId), at: Number(row.at) };
    const kept = this.#selectEntry.get(Number(row.id)) as unknown as Remembered["kept"] | undefined;
    return kept === undefined ? original : { ...original, kept: { ...kept } };
  }

  /** Whether the entry `id` was asked for with `ref` by that owner. */
  isOf(owner: string, ref: string, id: number): boolean {
    return this.#isOf.get(this.#number(owner), ref, id) !== undefined;
  }

  /** Takes a ref back that became no entry. */
  forget(owner: string, ref: string): void {
    this.#delete.run(this.#number(owner), ref);
  }

  /** Forgets what is in memory: the transaction that it comes from was rolled back. */
  rolledBack(): void {
    this.#owners.clear();
  }

  #number(owner: string): number {
    const known = this.#owners.get(owner);
    if (known !== undefined) return known;
    this.#insertOwner.run(owner);
    const number = Number(this.#selectOwner.get(owner)?.id);
    if (this.#owners.size >= OWNERS) this.#owners.clear();
    this.#owners.set(owner, number);
    return number;
  }
}
