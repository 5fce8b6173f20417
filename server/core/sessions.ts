/**
 * Who is present, and by what name. Pure: chance comes in as an argument.
 *
 * Names are decided at once, in memory: a nick is taken the moment it is asked for and free when its session is over.
 *
 * @module
 */
import { fold, type NameRefusal, type Nick, parseNick } from "../../shared/names.ts";

/** A presence in the chat. */
export interface Session {
  /** Its public id: what entries name in `from`. */
  readonly id: string;
  readonly nick: Nick;
  /** Messages appended to the history, committed or not yet. */
  appended: number;
  /** Messages committed. */
  committed: number;
}

/** All sessions, each with a name of its own. */
export class Sessions {
  readonly #names = new Set<string>();

  /** Opens a session under `name`, or says why not. */
  open(name: string, id: string): Session | NameRefusal {
    const parsed = parseNick(name);
    if (!parsed.ok) return parsed.refusal;
    const nick = parsed.name;
    const key = fold(nick);
    if (this.#names.has(key)) return { code: "name_taken", text: `${nick} is taken` };
    this.#names.add(key);
    return { id, nick, appended: 0, committed: 0 };
  }

  /** Ends a session; its name is free. */
  close(session: Session): void {
    this.#names.delete(fold(session.nick));
  }
}
