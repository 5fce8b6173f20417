/**
 * `chat invite`: makes an invite to a server, whether or not it runs.
 *
 * @module
 */
import { EXIT, Fatal } from "../../shared/exit.ts";
import { count, plural } from "../../shared/text.ts";
import { announcedIn, type Announcement } from "../history/data_folder.ts";
import { clientAddress, pageLink, reachableHosts } from "../reach.ts";
import { SHORT_CODE_BYTES, shortCode } from "../../shared/short_code.ts";
import { addInvite, revokeInvite, sweepInvites } from "./invites.ts";

/** How long an invite holds where nobody says how long, in milliseconds. */
const DAY_MS = 24 * 60 * 60_000;

/** What an invite is asked for with. */
export interface InviteOptions {
  /** The server's data folder. */
  readonly folder: string;
  /** How long it holds, in milliseconds; a day where nothing is said. */
  readonly lasts: number | undefined;
  readonly uses: number;
  /** What starts the program here. */
  readonly command: string;
  /** The flags that name the folder, to be typed again; none where it is the platform's own. */
  readonly flags: readonly string[];
  /** The machine's own addresses that others may reach it by. */
  readonly own: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Makes an invite and returns what to tell whoever asked for it.
 *
 * @throws {Fatal} When the server that runs there asks nobody for a password, or the invite cannot be kept.
 */
export async function invite({ folder, lasts = DAY_MS, uses, command, flags, own, now }: InviteOptions): Promise<string> {
  const server = announcedIn(folder);
  const start = [`${command} server --password-file FILE`, ...flags].join(" ");
  if (server && !server.password) {
    const advice = `To have it ask for one, start it with: ${start}`;
    throw new Fatal(EXIT.failure, `No invite is needed: the server at ${server.address} asks nobody for a password. ${advice}`);
  }
  const code = shortCode(crypto.getRandomValues(new Uint8Array(SHORT_CODE_BYTES)));
  const expires = now + lasts;
  await keep(folder, code, { expires, uses }, now);
  const until = new Date(expires).toISOString().slice(0, 16).replace("T", " ");
  const lines = [`An invite for ${uses === 1 ? "one person" : `${count(uses)} people`}, until ${until} UTC:`, `  ${code}`, ""];
  lines.push(
    ...server ? directions(server, { code, command, own }) : [`No server has ${folder} now. The invite is for the next one there`],
  );
  if (!server) lines.push(`that asks for a password: ${start}`, "");
  return lines.join("\n") + "\n";
}

/** Takes an invite back and returns what to tell whoever asked for that. @throws {Fatal} When there is none with that code. */
export async function revoke(folder: string, code: string): Promise<string> {
  const known = await orFatal(folder, "take the invite back", () => revokeInvite(folder, code));
  if (known === undefined) throw new Fatal(EXIT.failure, `No invite in ${folder} has that code: it was taken back, or has ended unused`);
  const whom = `${plural(known, "client")} came in with it: whoever is in stays until they leave or are put out with /kick`;
  return `Nobody comes in with this invite any more.${known === 0 ? "" : ` ${whom}, and is asked for the password then.`}\n`;
}

async function keep(folder: string, code: string, invite: { expires: number; uses: number }, now: number): Promise<void> {
  await orFatal(folder, "keep the invite", async () => {
    await sweepInvites(folder, now);
    await addInvite(folder, code, invite);
  });
}

async function orFatal<T>(folder: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const denied = error instanceof Deno.errors.PermissionDenied;
    const advice = denied ? "Run this as the user whose server it is, or name another folder with --data" : "Check the disk";
    throw new Fatal(denied ? EXIT.noPermission : EXIT.ioError, `Cannot ${what} in ${folder}: ${error.message}. ${advice}`);
  }
}

interface Invitation extends Pick<InviteOptions, "command" | "own"> {
  readonly code: string;
}

/** How to come in with it, ready to copy. */
function directions({ address, plaintextPassword, encryption }: Announcement, { code, command, own }: Invitation): string[] {
  const { hostname, port } = new URL(`http://${address}`);
  const host = hostname.replace(/^\[|\]$/g, "");
  const reach = { host, port: Number(port) || 80, own, encryption };
  const hosts = reachableHosts(reach);
  const only = "Over connections that are not encrypted the server takes it from its own machine only";
  return [
    "In a browser:",
    ...hosts.map((ip) => `  ${pageLink(ip, reach)}#invite=${code}`),
    "from a terminal:",
    ...hosts.map((ip) => `  ${command} client ${clientAddress(ip, reach)} --invite ${code}`),
    `or with ${encryption ? "OpenSSL" : "netcat"}, when the server asks for the password.`,
    "",
    ...plaintextPassword || encryption ? [] : [`${only}.`, ""],
  ];
}
