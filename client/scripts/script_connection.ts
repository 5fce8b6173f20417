/**
 * The connection of a command for scripts.
 *
 * @module
 */
import { systemClock } from "../clock.ts";
import type { Access, Address } from "../config.ts";
import { Connection } from "../connection.ts";
import { dialer } from "../dialer.ts";
import { heldPassword } from "../password.ts";
import { newSecret } from "../ref.ts";
import { KnownCertificates } from "../state/certificates.ts";
import { oneOfManyNames } from "./name.ts";

/** What a script joins with. */
export interface ScriptConnectionOptions {
  readonly address: Address;
  readonly room: string;
  readonly access: Access;
  /** The name to ask for when `n - 1` others were taken. */
  readonly name: (n: number) => string;
  /** The folder that remembers certificates, where there is one. */
  readonly state: string | undefined;
  /** Takes a sentence for people. */
  readonly report: (text: string) => void;
}

/** A connection of somebody new each time, who remembers nothing but certificates. */
export function scriptConnection({ address, room, access, name, state, report }: ScriptConnectionOptions): Connection {
  return new Connection({
    dial: dialer({ known: new KnownCertificates(state), tell: report }),
    address,
    rooms: [room],
    name: oneOfManyNames(name),
    access: { ...access, password: heldPassword(access.password) },
    secret: newSecret(),
    backlog: 0,
    clock: systemClock,
    random: Math.random,
  });
}
