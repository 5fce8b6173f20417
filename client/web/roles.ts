/**
 * Who of those in a room keeps order. Pure.
 *
 * @module
 */
import type { Role } from "../../shared/protocol.ts";
import type { Room } from "../changes.ts";

/**
 * Roles by public session id: of the sessions that are here, and of those that their people had before the server was started again. Those
 * were seen to keep order themselves: whoever only bore the name once gets no role by it.
 *
 * @example
 * ```ts
 * import { Roles } from "./roles.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const room = { name: "lobby", topic: "", cursor: 0, total: 1 };
 * const roles = new Roles();
 * const carol = (from: string) => new Map([[from, { nick: "carol", from, role: "op" as const }]]);
 * assertEquals([...roles.in({ ...room, members: carol("s1") })], [["s1", "op"]]);
 * assertEquals([...roles.in({ ...room, members: carol("s7") })], [["s1", "op"], ["s7", "op"]]);
 * ```
 */
export class Roles {
  /** The names of sessions that were seen to keep order. */
  readonly #seen = new Map<string, string>();

  /** The roles in a room that is as it is now. */
  in(room: Pick<Room, "members"> | undefined): ReadonlyMap<string, Role> {
    const members = [...room?.members.values() ?? []];
    const byName = new Map<string, Role>();
    for (const { nick, from, role } of members) {
      if (role === undefined) {
        this.#seen.delete(from);
      } else {
        this.#seen.set(from, nick);
        byName.set(nick, role);
      }
    }
    return new Map(
      Array.from(this.#seen).flatMap(([from, nick]) => {
        const role = byName.get(nick);
        return role === undefined ? [] : [[from, role] as const];
      }),
    );
  }
}
