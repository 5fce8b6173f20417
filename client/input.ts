/**
 * What a person at a keyboard wants.
 *
 * @module
 */
import type { Moderate, ReportAbout } from "../shared/protocol.ts";

/** What a person wants. */
export type Input =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "join"; readonly room: string }
  /** Without a room: the one shown. */
  | { readonly kind: "part"; readonly room: string | undefined }
  /** A room's name or its number in the list. */
  | { readonly kind: "switch"; readonly to: string }
  /** Without a text: says what it is. */
  | { readonly kind: "topic"; readonly text: string | undefined }
  | { readonly kind: "nick" | "ignore" | "unignore"; readonly name: string }
  | { readonly kind: "history" | "numbers"; readonly limit: number }
  /** Without a number: what we said last. Without a room: the one shown. */
  | { readonly kind: "delete"; readonly seq: number | undefined; readonly room?: string }
  | { readonly kind: "search"; readonly words: string }
  /** Without a key: says what is set. */
  | { readonly kind: "set"; readonly key: string | undefined; readonly value: string }
  | { readonly kind: "away"; readonly text: string }
  /** Keeps order; what is about a room is about the one shown. */
  | { readonly kind: "moderate"; readonly frame: Omit<Moderate, "kind" | "ref"> }
  | { readonly kind: "report"; readonly about: ReportAbout }
  | { readonly kind: Bare }
  /** It cannot be understood; `line` is what was typed. */
  | Wrong;

/** What needs no more than its name. */
export type Bare = "rooms" | "who" | "clear" | "back" | "help" | "leave";

/** A line that means nothing, and why. */
export interface Wrong {
  readonly kind: "wrong";
  readonly line: string;
  readonly why: string;
}

/** A command. */
export interface Command {
  /** With its slash. */
  readonly name: string;
  /** What follows the name, for `/help`. */
  readonly usage?: string;
  readonly help: string;
  /** What Tab completes after the name. */
  readonly completes?: "nick" | "room" | readonly string[];
  /** Set where it is of no use to those who do not keep order. */
  readonly keepsOrder?: true;
  /** Reads what follows the name; a text says what is wrong with it, as the end of a sentence that begins with the command. */
  readonly read: (rest: string) => Input | string;
}
