/**
 * The names that scripts go by. Nobody is there to be asked for another one, so a taken name is no reason to fail.
 *
 * @module
 */
import { EXIT, Fatal } from "../../shared/exit.ts";
import { parseNick } from "../../shared/names.ts";
import { cleanText } from "../../shared/text.ts";
import type { NameSource } from "../allowed_name.ts";

/** What a script is called where the login name is none for a chat, as root's is not. */
const NAMELESS = "script";
/** Names that are tried. */
const MOST = 50;

/**
 * A login name as a name to chat under.
 *
 * @example
 * ```ts
 * import { loginNick } from "./name.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["bob", "Bob Miller", "root", undefined].map(loginNick), ["bob", "Bob-Miller", "script", "script"]);
 * ```
 */
export function loginNick(login = ""): string {
  const name = login.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-").replaceAll(/^[-.]+|[-.]+$/g, "");
  return parseNick(name).ok ? name : NAMELESS;
}

/** The `n`th name for one who wants `name`: `bob`, `bob-2`, `bob-3`; as much of the name as leaves room for the number. */
export function numbered(name: string, n: number): string {
  if (n === 1) return name;
  const letters = [...name];
  while (letters.length > 1 && !parseNick(`${letters.join("")}-${n}`).ok) letters.pop();
  return `${letters.join("")}-${n}`;
}

/** Gives name after name, until one is free. @param nth The `n`th of them, from 1. */
export function oneOfManyNames(nth: (n: number) => string): NameSource {
  let tried = 0;
  return (refused) => {
    if (tried === MOST || (refused && refused.code !== "name_taken")) {
      throw new Fatal(EXIT.failure, `${cleanText(refused?.text ?? "")}. Pass another name with --name`);
    }
    return Promise.resolve(nth(++tried));
  };
}
