/**
 * How many rooms may begin, and from where. Pure: the time comes in as an argument.
 *
 * @module
 */
import { LIMITS } from "../../shared/protocol.ts";
import { count } from "../../shared/text.ts";
import { household } from "./network.ts";
import type { Refusal } from "./room.ts";

/** Rooms that may begin at one address at once: a class of a hundred may sit behind it. */
export const AT_ONCE = 100;
/** After how long it may begin one more, in milliseconds. */
export const EVERY_MS = 60_000;
/** Rooms of one address that are open though nothing was said in them. */
export const UNSPOKEN_PER_ADDRESS = 200;
/** Addresses that are remembered; of more, those that began a room longest ago are forgotten. */
const ADDRESSES = 10_000;

/**
 * Rooms that begin, and those that are open and that nothing was said in.
 *
 * 1. At most {@link LIMITS.roomsOpen} of those that nothing was said in are open, and {@link UNSPOKEN_PER_ADDRESS} that began at one address.
 * 2. At one address {@link AT_ONCE} may begin at once, then one every {@link EVERY_MS}.
 */
export class NewRooms {
  readonly #perAddress: boolean;
  /** The rooms that nothing was said in, each with the address where it began. */
  readonly #unspoken = new Map<string, string>();
  readonly #unspokenOf = new Map<string, number>();
  /** When an address has paid for all that it began: each costs {@link EVERY_MS}. */
  readonly #paidAt = new Map<string, number>();

  /** @param perAddress Whether the bounds of one address hold. */
  constructor(perAddress: boolean) {
    this.#perAddress = perAddress;
  }

  /** Lets a room begin at the time `now`, or says why not. @param host Where it is asked for. */
  begin(room: string, host: string, now: number): Refusal | undefined {
    const who = household(host);
    const refusal = this.#noPlace(room, who) ?? this.#tooSoon(room, who, now);
    if (refusal) return refusal;
    this.#unspoken.set(room, who);
    this.#unspokenOf.set(who, (this.#unspokenOf.get(who) ?? 0) + 1);
    return undefined;
  }

  /** Something was said in a room, or it was closed: it is new no more. */
  over(room: string): void {
    const who = this.#unspoken.get(room);
    if (who === undefined) return;
    this.#unspoken.delete(room);
    const left = this.#unspokenOf.get(who)! - 1;
    if (left > 0) this.#unspokenOf.set(who, left);
    else this.#unspokenOf.delete(who);
  }

  #noPlace(room: string, who: string): Refusal | undefined {
    const isFull = this.#unspoken.size >= LIMITS.roomsOpen;
    if (!isFull && !(this.#perAddress && (this.#unspokenOf.get(who) ?? 0) >= UNSPOKEN_PER_ADDRESS)) return undefined;
    const most = isFull ? `${count(LIMITS.roomsOpen)} rooms are open` : `${UNSPOKEN_PER_ADDRESS} rooms from your address are open`;
    return { code: "too_many_rooms", text: `there is no place for #${room}: ${most} that nothing was said in; come into another room` };
  }

  /** Counts a room that begins, or says when it may. */
  #tooSoon(room: string, who: string, now: number): Refusal | undefined {
    if (!this.#perAddress) return undefined;
    const paidAt = Math.max(now, this.#paidAt.get(who) ?? now) + EVERY_MS;
    const retryMs = paidAt - now - AT_ONCE * EVERY_MS;
    if (retryMs > 0) {
      const when = `try again in ${Math.ceil(retryMs / 1_000)} s`;
      return { code: "too_many_rooms", text: `#${room} cannot begin yet: ${AT_ONCE} rooms have begun at your address; ${when}`, retryMs };
    }
    // The order is that of their newest rooms.
    this.#paidAt.delete(who);
    this.#paidAt.set(who, paidAt);
    for (const [oldest, at] of this.#paidAt) {
      if (this.#paidAt.size <= ADDRESSES && at > now) break;
      this.#paidAt.delete(oldest);
    }
    return undefined;
  }
}
