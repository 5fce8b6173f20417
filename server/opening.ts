/**
 * The first lines a server prints: that it is there, and how to join, ready to copy.
 *
 * @module
 */
import { fingerprintInHex } from "../shared/fingerprint.ts";
import { hostAndPort } from "../shared/text.ts";
import type { Asks } from "./access/open_access.ts";
import { clientAddress, consoleLink, isLoopback, pageLink, type Reach, reachableHosts } from "./reach.ts";

/** What the opening lines tell. */
export interface Opening extends Reach {
  /** What the history keeps. */
  readonly keeps: string;
  /** Opens the server's window once from elsewhere; `undefined` where its page has not been made. */
  readonly consoleKey: string | undefined;
  /** Whether a password is asked for, and from whom it is taken. */
  readonly asks: Asks;
  /** Makes whoever types it the owner; `undefined` where the server has one. */
  readonly ownerCode: string | undefined;
  /** Whether the server has an owner. */
  readonly owned: boolean;
  /** What starts the program here: `chat`, or what runs it from its source. */
  readonly command: string;
  /** The flags that the server was started with, but for `--host`, to be typed again. */
  readonly flags: readonly string[];
  /** What makes an invite to it; `undefined` where none would be kept. */
  readonly invite: string | undefined;
  /** Whether the server runs as root. */
  readonly root: boolean;
  /** The first link to the chat page as a QR code, in lines. */
  readonly qr?: string;
}

/** The opening lines of a server. */
export function opening(facts: Opening): string {
  const { host, port, keeps, consoleKey, ownerCode, owned, asks, command, flags, invite, root, qr, encryption } = facts;
  const hosts = reachableHosts(facts);
  const netcat = (ip: string) => encryption ? `openssl s_client -quiet -connect ${hostAndPort(ip, port)}` : `nc ${ip} ${port}`;
  const lines = [
    `Server started on ${hostAndPort(host, port)}`,
    "",
    "Join in a browser:",
    ...hosts.map((ip) => `  ${pageLink(ip, facts)}`),
    ...encryption?.fingerprint === undefined ? [] : [
      "A browser will warn of the certificate, which is the server's own. Its SHA-256 fingerprint, to compare:",
      `  ${fingerprintInHex(encryption.fingerprint)}`,
    ],
    ...qr === undefined ? [] : ["", qr.trimEnd(), ""],
    "from a terminal:",
    ...hosts.map((ip) => `  ${command} client ${clientAddress(ip, facts)}`),
    encryption ? "or with OpenSSL, as with netcat:" : "or with netcat:",
    ...hosts.map((ip) => `  ${netcat(ip)}`),
    "",
  ];
  if (consoleKey !== undefined) {
    lines.push("Your window on the server:", ...hosts.map((ip) => `  ${consoleLink(ip, facts, consoleKey)}`), "");
  }
  if (ownerCode !== undefined) {
    const own = owned ? "Take this server over from its owner" : "Own this server";
    lines.push(`${own}: join with ${command} client or a browser and type /claim ${ownerCode}`, "");
  }
  if (isLoopback(host)) {
    lines.push(`Only this machine can join. For others, start it with: ${[`${command} server --host 0.0.0.0`, ...flags].join(" ")}`);
  }
  if (root) {
    lines.push("This server runs as root, which it has no need of: run it as a user of its own, as in the README under As a service");
  }
  if (asks !== "nothing") {
    lines.push(`Whoever comes in is asked for the password.${invite === undefined ? "" : ` An invite stands in for it, once: ${invite}`}`);
  }
  if (asks === "password, encrypted" && !encryption && !isLoopback(host)) {
    lines.push(
      "Connections from other machines are not encrypted, and are refused: start it with --tls, or with --allow-plaintext-password.",
    );
  }
  lines.push(`Kept: ${keeps}. Ctrl-C stops the server.`, "");
  return lines.join("\n") + "\n";
}
