/**
 * Who and what is held back, by bans or by mutes. Pure.
 *
 * Everybody who comes in and every message is held against all of them, so each is found by what it is known by, however many there are.
 *
 * @module
 */
import { fold } from "../../shared/names.ts";
import { type Network, networkAround } from "./network.ts";

/** Holds above which those that are over are taken out. */
const FEW = 1_000;

/** Somebody or something that is held back. */
export interface Hold {
  readonly nick: string | undefined;
  readonly installation: string | undefined;
  readonly session: string | undefined;
  readonly network: Network | undefined;
  /** Milliseconds since 1970; for ever without it. */
  readonly until: number | undefined;
  readonly by: string;
  readonly why: string | undefined;
}

/** By what somebody may be known. */
export type Marks = Partial<Pick<Hold, "nick" | "installation" | "session" | "network">>;

/** Holds of one kind. */
export class Holds {
  /** In the order they were made, by what is the same in two that hold the same back, each with its place in that order. */
  readonly #all = new Map<string, Hold>();
  readonly #turns = new Map<Hold, number>();
  readonly #byMark = new Map<string, Set<Hold>>();
  /** The networks among them, one of each width. */
  readonly #widths = new Map<string, Network>();
  #turn = 0;
  #sweepAt = FEW;

  /** Those that hold at the time `now`, in the order they were made. */
  at(now: number): Hold[] {
    return [...this.#all.values()].filter((hold) => holds(hold, now));
  }

  /** The first that holds somebody back: by the installation, by the session, or by a network that contains theirs. */
  find({ installation, session, network }: Omit<Marks, "nick">, now: number): Hold | undefined {
    // As it nearly always is, for every message.
    if (this.#all.size === 0) return undefined;
    const found = this.#known({ installation, session });
    if (network !== undefined) {
      for (const width of this.#widths.values()) found.push(...this.#known({ network: networkAround(network, width) }));
    }
    const holding = found.filter((hold) => holds(hold, now));
    return holding.length < 2 ? holding[0] : holding.reduce((one, other) => this.#turns.get(one)! < this.#turns.get(other)! ? one : other);
  }

  /** Adds one that is made at the time `at`, in the place of one that holds the same back. */
  put(hold: Hold, at: number): void {
    const before = this.#all.get(keyOf(hold));
    if (before) this.#remove(before);
    if (this.#all.size >= this.#sweepAt) this.#sweep(at);
    this.#all.set(keyOf(hold), hold);
    this.#turns.set(hold, ++this.#turn);
    const { network } = hold;
    if (network) this.#widths.set(`${network.size}/${network.bits}`, network);
    for (const mark of marksOf(hold)) {
      const known = this.#byMark.get(mark);
      if (known) known.add(hold);
      else this.#byMark.set(mark, new Set([hold]));
    }
  }

  /** Those that {@link lift} would lift and that hold at the time `now`. */
  lifted(marks: Marks, now: number): Hold[] {
    return this.#known(marks).filter((hold) => holds(hold, now));
  }

  /** Takes away all that were made for a name, for just that network, or for somebody. */
  lift(marks: Marks): void {
    for (const hold of this.#known(marks)) this.#remove(hold);
  }

  #known(marks: Marks): Hold[] {
    return marksOf(marks).flatMap((mark) => [...this.#byMark.get(mark) ?? []]);
  }

  /** So rarely that it costs each that is added a few looks. */
  #sweep(now: number): void {
    for (const hold of this.#all.values()) if (!holds(hold, now)) this.#remove(hold);
    this.#sweepAt = Math.max(FEW, 2 * this.#all.size);
  }

  #remove(hold: Hold): void {
    this.#all.delete(keyOf(hold));
    this.#turns.delete(hold);
    for (const mark of marksOf(hold)) {
      const known = this.#byMark.get(mark);
      known?.delete(hold);
      if (known?.size === 0) this.#byMark.delete(mark);
    }
  }
}

/** What a hold is found by, as keys of one map. */
function marksOf({ nick, installation, session, network }: Marks): string[] {
  const marks = [];
  if (nick !== undefined) marks.push(`nick ${fold(nick)}`);
  if (installation !== undefined) marks.push(`installation ${installation}`);
  if (session !== undefined) marks.push(`session ${session}`);
  if (network !== undefined) marks.push(`network ${network.text}`);
  return marks;
}

function keyOf({ installation, session, network }: Hold): string {
  return JSON.stringify([installation ?? null, session ?? null, network?.text ?? null]);
}

function holds({ until }: Hold, now: number): boolean {
  return until === undefined || now < until;
}
