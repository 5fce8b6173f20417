/**
 * A program that appends to a history until it is stopped, for tests of what is there afterwards.
 *
 * Each line on stdout is one event, written before the next is looked at: `ready`, `sent N`, `committed SEQ TEXT`, `tick`, `broken WHY`.
 *
 * Arguments: the folder, how many drafts are sent at a time, and how many in all.
 *
 * @module
 */
import { SqliteHistory } from "../../../server/history/sqlite_history.ts";
import { draft } from "../../contracts/history_contract.ts";
import { FOREVER } from "./disk.ts";

const [folder, group, total] = [Deno.args[0], Number(Deno.args[1]), Number(Deno.args[2])];

function say(lines: readonly string[]): void {
  let bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

const history = await SqliteHistory.open(folder, FOREVER);
say(["ready"]);
let sent = 0;

function send(): void {
  for (let i = 0; i < group && sent < total; i++) {
    sent++;
    // Full: what is appended is committed all the same, and this program sends no more than it has heard of.
    void history.append(draft("lobby", `message ${sent}`, { ref: `ref ${sent}` }), "writer");
  }
  say([`sent ${sent}`]);
}

const ticking = setInterval(() => say(["tick"]), 5);
send();
let heard = 0;
try {
  for await (const { entries } of history.committed()) {
    say(entries.map(({ seq, text }) => `committed ${seq} ${text}`));
    heard += entries.length;
    if (heard === total) break;
    if (heard === sent) send();
  }
} catch (error) {
  say([`broken ${error}`]);
  // Whoever does not know yet goes on.
  send();
  try {
    for await (const { entries } of history.committed()) say(entries.map(({ seq, text }) => `committed ${seq} ${text}`));
  } catch (again) {
    say([`still ${again}`]);
  }
}
clearInterval(ticking);
await history.close();
say(["closed"]);
