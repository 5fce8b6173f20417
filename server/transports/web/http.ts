/**
 * One request on a connection: its head is read, it is answered, and that was all, unless it goes on as a WebSocket.
 *
 * @module
 */
import type { Socket } from "../socket.ts";
import { type Answer, headOf, refusal } from "./answer.ts";
import { type Head, HeadReader, type Refused } from "./http_head.ts";
import { type Site, toHttps, type Upgrade, visit } from "./site.ts";
import type { WebSocket } from "./web_socket.ts";

/** How long a head may take, in milliseconds. */
const HEAD_MS = 5_000;
/** How long a peer may take nothing of its answer, in milliseconds. */
const STALLED_MS = 10_000;

const LATE: Refused = { status: 408, text: `The request took longer than ${HEAD_MS / 1_000} seconds.` };
const HALF: Refused = { status: 400, text: "The request ended in the middle of its head." };

/** Answers that are no mistake of somebody who looks around, by their status. */
const WORTH_TELLING = new Set([403, 421]);

/** How a request ended: as a WebSocket, answered, or refused for a reason, in words. */
export type Outcome = { readonly webSocket: WebSocket; readonly owner: Upgrade["owner"] } | { readonly refused: string } | "answered";

/** Answers a request. @param peer The address that it comes from. */
export async function serveHttp(socket: Socket, site: Site, peer: string): Promise<Outcome> {
  const head = await readHead(socket);
  if (!head) return "answered";
  if ("status" in head) {
    await send(socket, refusal(head), "GET");
    return refused(head);
  }
  const answer = visit(site, head, peer);
  if ("accept" in answer) {
    // Loaded when the first browser comes: a server without browsers does without it.
    const { upgraded } = await import("./web_socket.ts");
    const webSocket = await upgraded(socket, answer.accept);
    return webSocket ? { webSocket, owner: answer.owner } : "answered";
  }
  await send(socket, answer, head.method);
  return WORTH_TELLING.has(answer.status) ? refused(answer) : "answered";
}

/** Answers a request that should have come encrypted: there it will be answered. */
export async function sendToHttps(socket: Socket, site: Site): Promise<void> {
  const head = await readHead(socket);
  if (head) await send(socket, "status" in head ? refusal(head) : toHttps(site, head), "status" in head ? "GET" : head.method);
}

function refused({ status }: { readonly status: number }): Outcome {
  return { refused: `sent a request that is refused: ${status}` };
}

/** Reads a head, within its limits; `undefined` when the server stops, or nobody is left to be told. */
async function readHead(socket: Socket): Promise<Head | Refused | undefined> {
  const reader = new HeadReader();
  const deadline = Promise.withResolvers<"late">();
  const timer = setTimeout(() => deadline.resolve("late"), HEAD_MS);
  try {
    for (;;) {
      const chunk = await Promise.race([socket.read(), deadline.promise]);
      if (chunk === "late") {
        socket.stop();
        return LATE;
      }
      if (chunk === null) return socket.ended ? HALF : undefined;
      const head = reader.push(chunk);
      if (!head) continue;
      if (reader.rest.length > 0) socket.unread(reader.rest);
      return head;
    }
  } finally {
    clearTimeout(timer);
  }
}

async function send(socket: Socket, answer: Answer, method: Head["method"]): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    for (let rest of [headOf(answer), ...method === "HEAD" ? [] : [answer.body]]) {
      while (rest.length > 0) {
        timer = setTimeout(() => socket.close("did not take its answer"), STALLED_MS);
        rest = rest.subarray(await socket.write(rest));
        clearTimeout(timer);
      }
    }
    await socket.finish();
  } catch {
    socket.close(); // It did not wait for the answer.
  } finally {
    clearTimeout(timer);
  }
}
