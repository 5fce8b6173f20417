/**
 * What a server asks of those who come in, as its owner wishes it.
 *
 * @module
 */
import { readPasswordFile } from "../../shared/password.ts";
import type { ServerConfig } from "../config.ts";
import { type Gate, openGate, passwordGate, type PasswordGateOptions } from "./gate.ts";
import { Invites } from "./invites.ts";
import { Password } from "./password.ts";

/** What a server asks for: nothing, or a password; that of those only whose connection nobody can read, or of all. */
export type Asks = "nothing" | "password, encrypted" | "password";

/** What opening it takes. */
export interface AccessOptions extends Pick<PasswordGateOptions, "hash" | "monotonic"> {
  readonly config: Pick<ServerConfig, "passwordFile" | "allowPlaintextPassword">;
  /** Where invites are kept; `undefined`: there are none. */
  readonly folder: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * A gate that lets everybody in, or those with the password or, where something is kept, the code of an invite.
 *
 * @throws {Fatal} When the password cannot be read, or others can read it too.
 */
export async function openAccess({ config, folder, hash, monotonic, now }: AccessOptions): Promise<{ gate: Gate; asks: Asks }> {
  const { passwordFile, allowPlaintextPassword: allowPlaintext } = config;
  if (passwordFile === undefined) return { gate: openGate, asks: "nothing" };
  const password = await Password.of(await readPasswordFile(passwordFile, Deno.open));
  const invites = folder === undefined ? undefined : await Invites.open(folder, now);
  return {
    gate: passwordGate({ password, invites, allowPlaintext, hash, monotonic }),
    asks: allowPlaintext ? "password" : "password, encrypted",
  };
}
