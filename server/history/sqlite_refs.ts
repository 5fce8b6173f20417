/**
 * Which refs were committed before.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EntryType } from "../../shared/protocol.ts";
import type { Original } from "./sqlite_messages.ts";
import { base } from "./sqlite_schema.ts";

/** Owners whose numbers are kept in memory. */
const OWNERS = 10_000;

/** What a ref stands for. */
export interface Request {
  readonly room: string;
  readonly type: EntryType;
  readonly text: string;
}

/** What is remembered of a ref. */
export type Remembered = Omit<Original, "index">;

/** The refs of a database. Used within its transactions. */
export class SqliteRefs {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #selectEntry: StatementSync;
  readonly #insertOwner: StatementSync;
  readonly #selectOwner: StatementSync;
  readonly #owners = new Map<string, number>();

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare("INSERT INTO refs VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    this.#select = db.prepare("SELECT digest, id, at FROM refs WHERE owner = ? AND ref = ?");
    this.#selectEntry = db.prepare(`SELECT type, by, "from", text FROM entries WHERE id = ?`);
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

/**
 * 52 bits that tell what was asked from something else the same owner might ask. Not a cryptographic hash, at a tenth of its cost: whoever
 * makes two requests collide fools nobody else.
 */
function digest({ room, type, text }: Request): number {
  let [a, b] = [0x9e3779b9, 0x85ebca6b];
  for (const part of [room, type, text]) {
    for (let i = 0; i < part.length; i++) {
      const unit = part.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x9e3779b1);
      b = Math.imul(b ^ unit, 0x5f356495);
    }
    // Where one part ends and the next begins counts as well.
    a = Math.imul(a ^ a >>> 16 ^ part.length, 0x21f0aaad);
    b = Math.imul(b ^ b >>> 15 ^ part.length, 0x735a2d97);
  }
  return (a >>> 6) * 0x4000000 + ((b ^ b >>> 15) >>> 6);
}
