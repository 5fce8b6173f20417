/**
 * What was done to keep order, read back from the history.
 *
 * @module
 */
import { EXIT, Fatal } from "../shared/exit.ts";
import { timeText } from "../shared/durations.ts";
import { type Entry, LIMITS } from "../shared/protocol.ts";
import { AUDIT_ROOM } from "../shared/names.ts";
import { byteLength } from "../shared/text.ts";
import { actSentence, decodeAct, reachOf } from "./core/kept_act.ts";
import { Moderation } from "./core/moderation.ts";
import { type History, PAGE } from "./history/history.ts";

/**
 * The order as the history knows it: every act there is, in its order.
 *
 * @throws {Fatal} Where one makes no sense: to go on without it could let in whom it keeps out.
 */
export async function readOrder(history: History): Promise<Moderation> {
  const order = new Moderation();
  let after = 0;
  for (;;) {
    const page = await history.read({ room: AUDIT_ROOM, after, limit: PAGE });
    for (const { seq, text, at } of page) {
      const act = decodeAct(text);
      if ("problem" in act) throw cannotGoOn(seq, act.problem);
      order.apply(act, at);
      after = seq;
    }
    if (page.length === 0) return order;
  }
}

/** The newest acts, the newest last: at most {@link LIMITS.pageEntries}, and no more than an answer has place for. */
export async function auditLines(history: History, head: number): Promise<string[]> {
  const page = await history.read({ room: AUDIT_ROOM, before: head + 1, limit: LIMITS.pageEntries });
  let bytes = 0;
  const lines = page.map(line);
  return lines.slice(lines.findLastIndex((line) => (bytes += byteLength(line)) > LIMITS.pageBytes) + 1);
}

function line({ at, text }: Entry): string {
  const act = decodeAct(text);
  if ("problem" in act) return `${timeText(at)}: something that ${act.problem}`;
  const reach = act.act === "ban" ? ` (${reachOf(act)})` : "";
  return `${timeText(at)}: ${actSentence(act)}${reach}`;
}

function cannotGoOn(seq: number, problem: string): Fatal {
  return new Fatal(
    EXIT.ioError,
    `The record of bans and rights cannot be read: its entry ${seq} ${problem}. Nobody is let in without it: start the chat that wrote it, ` +
      `or restore a backup ("chat export --room '${AUDIT_ROOM}'" prints it)`,
  );
}
