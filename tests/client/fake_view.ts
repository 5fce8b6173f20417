/**
 * A view that keeps what it is told, and what goes with a conversation.
 *
 * @module
 */
import type { Memory, Settings } from "../../client/commands.ts";
import type { Input } from "../../client/input.ts";
import { parseInput } from "../../client/slash_commands.ts";
import type { Shown } from "../../client/rooms.ts";
import type { Change, Room } from "../../client/changes.ts";
import type { Names, OldEntries, Status, View } from "../../client/views/view.ts";
import { sentence } from "../../client/views/wording.ts";
import type { Say } from "../../shared/protocol.ts";
import { soon } from "../soon.ts";

/** Settings that cannot be changed. */
export const NO_SETTINGS: Settings = { list: () => ["bell  true"], set: (key) => `${key} stays` };

/** Remembers what it was told, one word each. */
export class FakeMemory implements Memory {
  keeps = false;
  readonly told: string[] = [];

  welcomed({ nick }: { readonly nick: string }): void {
    this.told.push(`welcomed ${nick}`);
  }

  renamed(name: string): void {
    this.told.push(`renamed ${name}`);
  }

  entered(room: string): void {
    this.told.push(`entered ${room}`);
  }

  left(room: string): void {
    this.told.push(`left ${room}`);
  }

  saw(room: string, seq: number): void {
    this.told.push(`saw ${room} ${seq}`);
  }
}

/** A person who types what the test says and reads everything. */
export class FakeView implements View {
  /** What is on the screen, a line each. */
  readonly lines: string[] = [];
  readonly shown: Change[] = [];
  readonly statuses: Status[] = [];
  readonly givenBack: string[] = [];
  /** Of each room that was shown, whether it was asked for a while before. */
  readonly answered: boolean[] = [];
  readonly gone = new Promise<never>(() => {});
  rings = 0;
  unanswered = 0;
  names: Names | undefined;
  readonly #typed: string[] = [];
  #more = Promise.withResolvers<void>();
  #shown = Promise.withResolvers<void>();

  /** Types a line. */
  type(line: string): void {
    this.#typed.push(line);
    this.#more.resolve();
  }

  /** Resolves when a line with `text` in it has been shown. */
  async sees(text: string): Promise<void> {
    while (!this.lines.some((line) => line.includes(text))) await soon(this.#shown.promise, `${text} after ${JSON.stringify(this.lines)}`);
  }

  async *inputs(): AsyncGenerator<Input, void> {
    for (;;) {
      while (this.#typed.length === 0) {
        this.#more = Promise.withResolvers();
        await this.#more.promise;
      }
      const input = parseInput(this.#typed.shift()!);
      if (input) yield input;
    }
  }

  show(change: Change): void {
    this.shown.push(change);
    if (change.kind === "said" && change.entry.type === "said") this.#line(`${change.entry.by}: ${change.entry.text}`);
    else this.#line(sentence(change) ?? change.kind);
    if (change.kind === "failed") this.giveBack(change.say.text);
  }

  enter(room: Room, { changes, unread, leftOut }: Shown, answered: boolean): void {
    this.answered.push(answered);
    this.#line(`-- ${room.name}, ${unread} new, ${leftOut} left out`);
    changes.forEach((change) => this.show(change));
  }

  old({ title, entries }: OldEntries): void {
    this.#line(`-- ${title}: ${entries.map(({ text }) => text).join(", ")}`);
  }

  notice(text: string): void {
    this.#line(text);
  }

  ring(): void {
    this.rings++;
  }

  clear(): void {
    this.#line("-- clear");
  }

  status(status: Status): void {
    this.statuses.push(status);
  }

  pending(says: Iterable<Say>): void {
    this.unanswered = [...says].length;
  }

  giveBack(line: string): void {
    this.givenBack.push(line);
  }

  complete(names: Names): void {
    this.names = names;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #line(text: string): void {
    this.lines.push(text);
    this.#shown.resolve();
    this.#shown = Promise.withResolvers();
  }
}
