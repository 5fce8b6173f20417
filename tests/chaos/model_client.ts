/**
 * A client without a socket, for the model.
 *
 * @module
 */
import type { ClientFrame } from "../../shared/protocol.ts";
import type { FakeConnection, FakeServer } from "../server/fakes.ts";
import type { Ledger } from "./ledger.ts";

/** A client that does what the protocol asks of one that comes back. */
export class ModelClient {
  connection: FakeConnection | undefined;
  /** Whether it has been told that it is in. */
  live = false;
  readonly unacknowledged = new Map<string, ClientFrame>();
  readonly cursors = new Map<string, number>();
  #heard = 0;
  #token: string | undefined;
  #epoch: string | undefined;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  connect(server: FakeServer): void {
    if (this.connection) return;
    this.connection = server.connect();
    this.#heard = 0;
    this.live = false;
    this.#greet();
  }

  /** Takes what has come. */
  listen(ledger: Ledger): void {
    if (!this.connection) return;
    const frames = this.connection.frames.slice(this.#heard);
    this.#heard += frames.length;
    for (const frame of frames) {
      ledger.heard(this.name, frame);
      if (frame.kind === "welcome") {
        this.live = true;
        [this.#token, this.#epoch] = [frame.token, frame.epoch];
        for (const { room, head } of frame.rooms) if (!this.cursors.has(room)) this.cursors.set(room, head);
        this.connection.receive(...this.unacknowledged.values());
      } else if (frame.kind === "members" && frame.ref !== undefined && !this.cursors.has(frame.room)) {
        this.cursors.set(frame.room, frame.head);
      } else if (frame.kind === "entry") {
        if (!frame.again) this.cursors.set(frame.room, frame.seq);
        if (frame.ref !== undefined && ledger.acknowledged(frame.ref)) this.unacknowledged.delete(frame.ref);
      } else if (frame.kind === "refused" && frame.code === "resume_unknown") {
        this.#token = undefined;
        this.#greet();
      }
    }
    if (this.connection.ended !== undefined || this.connection.all("refused").some(({ code }) => code === "name_taken")) this.cut("end");
  }

  cut(how: "break" | "end"): void {
    this.connection?.[how]();
    this.connection = undefined;
  }

  #greet(): void {
    const cursors = Object.fromEntries(this.cursors);
    const [token, epoch] = [this.#token, this.#epoch ?? ""];
    if (token !== undefined) return this.connection?.receive({ kind: "resume", v: [1], token, epoch, cursors });
    const back = epoch === "" ? {} : { epoch, cursors, rooms: [...this.cursors.keys()] };
    this.connection?.receive({ kind: "hello", v: [1], name: this.name, secret: `secret of ${this.name}`, ...back });
  }
}
