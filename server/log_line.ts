/**
 * What each event is called in words: for the log, and for the server's window. Pure.
 *
 * @module
 */
import { plural } from "../shared/text.ts";
import { actSentence, type KeptAct } from "./core/kept_act.ts";
import { parseNetwork } from "./core/network.ts";
import type { ServerEvent } from "./events.ts";

/** An event in words. */
export interface LogLine {
  readonly level: "info" | "error";
  /** The sentence, with the names of properties in braces. */
  readonly template: string;
  readonly properties: Readonly<Record<string, string | number>>;
}

/** What a refusal says of those who are held back. */
const HELD_BACK: readonly string[] = ["banned", "muted"];
/** Refusals that repeat what somebody typed: names, addresses, words. */
const QUOTING: readonly string[] = ["no_such_person", "not_allowed"];

/** How much a line tells. */
export interface Telling {
  /** Whether what people say is in it. */
  readonly messages: boolean;
  /** Whether addresses are whole; otherwise their networks. */
  readonly addresses: boolean;
}

/** Puts an event into words. */
export function logLine(event: ServerEvent, { messages, addresses }: Telling): LogLine {
  const shown = (address: string) => addresses ? address : network(address);
  const info = (template: string, properties: LogLine["properties"] = {}): LogLine => {
    return { level: "info", template, properties: { event: event.type, ...properties } };
  };
  switch (event.type) {
    case "started":
      return info("listening on {address}", { address: event.address });
    case "stopping":
      return info("stopping: telling everybody");
    case "stopped":
      return info("stopped after {count}", { count: plural(event.messages, "message") });
    case "connected": {
      const { id, address, transport } = event.peer;
      return info("{address} connected ({transport})", { id, address: shown(address), transport });
    }
    case "joined": {
      const { nick, room, peer: { id, address } } = event;
      return info("{nick} joined #{room} from {address}", { id, nick, room, address: shown(address) });
    }
    case "said": {
      const { room, by, text, seq, target } = event.entry;
      if (target !== undefined) return info("#{room} {by} deleted message {target}", { room, by, seq, target });
      if (messages) return info("#{room} {by}: {text}", { room, by, text, seq });
      return info("#{room} {by} said {bytes}", { room, by, seq, bytes: plural(text.length, "character") });
    }
    case "kept_order":
      return info("{what}", { what: actSentence(tellable(event.act, { messages, addresses })) });
    case "refused": {
      const { nick, peer, code, text } = event;
      // Why somebody is held back was said by a person.
      const isPrivate = HELD_BACK.includes(code) ? !messages : QUOTING.includes(code) && !(messages && addresses);
      const told = isPrivate ? code : text;
      return info("{who} was refused: {text}", { id: peer.id, who: nick ?? shown(peer.address), text: told });
    }
    case "disconnected": {
      const { nick, why, sent, peer } = event;
      const properties = { id: peer.id, who: nick ?? shown(peer.address), why, sent };
      if (nick === undefined) return info("{who} went without a name: {why}", properties);
      return info("{who} left after {messages}: {why}", { ...properties, messages: plural(sent, "message") });
    }
    case "turned_away":
      return info("{address} was turned away: {why}", { address: shown(event.address), why: event.why });
    case "certificate":
      if (event.problem === undefined) return info("the certificate was read again and is used from now on");
      return { ...info("the certificate was not changed: {problem}", { problem: event.problem }), level: "error" };
    case "fault": {
      const properties = { event: event.type, where: event.where, error: reason(event.error) };
      return { level: "error", template: "something broke in {where}: {error}", properties };
    }
  }
}

/**
 * A line as one sentence.
 *
 * @example
 * ```ts
 * import { logLine, sentence } from "./log_line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = logLine({ type: "turned_away", address: "203.0.113.7:1", why: "spoke TLS" }, { messages: false, addresses: false });
 * assertEquals(sentence(line), "203.0.113.0/24 was turned away: spoke TLS");
 * ```
 */
export function sentence({ template, properties }: LogLine): string {
  return template.replace(/\{(\w+)\}/g, (_, name) => String(properties[name]));
}

/** An address as far as a log on disk may tell it: its /24, or its /48. */
export function network(address: string): string {
  const v6 = address.match(/^\[(.*)\]:\d+$/)?.[1];
  if (v6 === undefined) return address.replace(/\.\d+:\d+$/, ".0/24");
  const groups = v6.split("::")[0].split(":").filter((group) => group !== "").slice(0, 3);
  return `${groups.join(":")}::/48`;
}

/** An act without what a line may not tell: reasons and announcements are what people say. */
function tellable({ text, ...act }: KeptAct, { messages, addresses }: Telling): KeptAct {
  const whole = messages && text !== undefined ? { ...act, text } : act;
  if (addresses) return whole;
  const { network, target } = act;
  return {
    ...whole,
    ...network === undefined ? {} : { network: "an address" },
    ...target !== undefined && parseNetwork(target) ? { target: "an address" } : {},
  };
}

function reason(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
