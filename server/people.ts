/**
 * Who is in, as the server's window shows them.
 *
 * @module
 */
import { type Person, ROOMS_LISTED } from "../shared/console.ts";
import type { Seat } from "./seat.ts";

/** Who is in. @param now On the clock of `performance.now()`. */
export function peopleOf(seats: Iterable<Seat>, now: number): Person[] {
  return Array.from(seats, ({ session, pump, lostAt }) => ({
    id: session.id,
    nick: session.nick,
    rooms: [...session.rooms].slice(0, ROOMS_LISTED),
    address: pump.connection.peer.address,
    transport: pump.connection.peer.transport,
    ...lostAt === undefined ? { forMs: Math.round(now - pump.since) } : {},
    behind: pump.behind,
    sent: session.committed,
  }));
}
