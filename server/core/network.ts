/**
 * Addresses of the internet, and the networks they are in. Pure.
 *
 * @module
 */

/** Neighbouring addresses: those that begin with the same bits. */
export interface Network {
  /** As people write it: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/64`. The same text for the same network. */
  readonly text: string;
  /** 32 for IPv4, 128 for IPv6. */
  readonly size: 32 | 128;
  /** How many of the bits are the network's. */
  readonly bits: number;
  /** The first address in it. */
  readonly first: bigint;
}

/**
 * The network that one household or machine has: an IPv4 address alone, the /64 of an IPv6 one. `undefined` for what is no address.
 *
 * @example
 * ```ts
 * import { networkOf } from "./network.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const texts = ["203.0.113.7", "::ffff:203.0.113.7", "2001:db8:0:1::5", "box.local"].map((host) => networkOf(host)?.text);
 * assertEquals(texts, ["203.0.113.7", "203.0.113.7", "2001:db8:0:1::/64", undefined]);
 * ```
 */
export function networkOf(host: string): Network | undefined {
  const address = parseAddress(host);
  return address && network(address, finest(address));
}

/**
 * What counts as one address: of IPv6 the first 64 bits, which one household has to itself (RFC 6177). What is no address stands for itself.
 *
 * @example
 * ```ts
 * import { household } from "./network.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["203.0.113.7", "2001:db8::1", "2001:db8:0:0:5::", "::ffff:203.0.113.7"].map(household), [
 *   "203.0.113.7",
 *   "2001:db8::/64",
 *   "2001:db8::/64",
 *   "203.0.113.7",
 * ]);
 * ```
 */
export function household(host: string): string {
  return networkOf(host)?.text ?? host;
}

/** Reads an address, or a network in CIDR (RFC 4632): `203.0.113.0/24`. An IPv6 address, and less than a /64, stands for its /64. */
export function parseNetwork(text: string): Network | undefined {
  const [, host, prefix] = text.trim().match(/^([^/]*)(?:\/(\d{1,3}))?$/) ?? [];
  if (host === undefined) return undefined;
  if (prefix === undefined) return networkOf(host);
  const address = parseAddress(host);
  if (!address || Number(prefix) > address.size) return undefined;
  return network(address, Math.min(Number(prefix), finest(address)));
}

/**
 * Whether somebody who wrote this thought of an address, even where it is none.
 *
 * @example
 * ```ts
 * import { isMeantAsAddress } from "./network.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["203.0.113.0/33", "10.0.0.256", "2001:db8:::", "bob", "v1.2"].map(isMeantAsAddress), [true, true, true, false, false]);
 * ```
 */
export function isMeantAsAddress(text: string): boolean {
  return /^\[?([\d.]+\.[\d.]*|[\da-f]*:[\da-f]*:[\da-f:.]*)\]?(\/.*)?$/i.test(text.trim());
}

/** Whether all of `inner` is in `outer`. */
export function contains(outer: Network, inner: Network): boolean {
  return outer.size === inner.size && outer.bits <= inner.bits && truncated(inner.first, outer.size, outer.bits) === outer.first;
}

/** The network of `bits` bits that contains another one; `undefined` where that is the wider one, or of another size. */
export function networkAround({ size, bits, first }: Network, outer: Pick<Network, "size" | "bits">): Network | undefined {
  return size === outer.size && outer.bits <= bits ? network({ size, value: first }, outer.bits) : undefined;
}

interface Address {
  readonly size: 32 | 128;
  readonly value: bigint;
}

/** The bits by which one household or machine is told from others. */
function finest({ size }: Address): number {
  return size === 32 ? 32 : 64;
}

function network({ size, value }: Address, bits: number): Network {
  const first = truncated(value, size, bits);
  const text = size === 32 ? v4Text(first) : v6Text(first);
  return { text: bits === size ? text : `${text}/${bits}`, size, bits, first };
}

function truncated(value: bigint, size: number, bits: number): bigint {
  const rest = BigInt(size - bits);
  return (value >> rest) << rest;
}

function parseAddress(given: string): Address | undefined {
  const host = given.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "").toLowerCase();
  const v4 = parseV4(host.replace(/^::ffff:(?=[\d.]+$)/, ""));
  if (v4 !== undefined) return { size: 32, value: v4 };
  const v6 = parseV6(host);
  if (v6 === undefined) return undefined;
  // An IPv4 address in the clothes of IPv6 (RFC 4291, 2.5.5.2).
  return v6 >> 32n === 0xffffn ? { size: 32, value: v6 & 0xffffffffn } : { size: 128, value: v6 };
}

function parseV4(host: string): bigint | undefined {
  const parts = host.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.reduce((value, part) => value << 8n | BigInt(part), 0n);
}

function parseV6(host: string): bigint | undefined {
  if (!/^[0-9a-f:]{2,39}$/.test(host)) return undefined;
  const halves = host.split("::");
  if (halves.length > 2) return undefined;
  const [front, back = []] = halves.map((half) => half === "" ? [] : half.split(":"));
  const missing = 8 - front.length - back.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...front, ...new Array<string>(missing).fill("0"), ...back];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return groups.reduce((value, group) => value << 16n | BigInt(`0x${group}`), 0n);
}

function v4Text(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String(value >> shift & 0xffn)).join(".");
}

/** The longest run of zeros is left out (RFC 5952). */
function v6Text(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => (value >> BigInt(112 - 16 * i) & 0xffffn).toString(16));
  const text = groups.join(":");
  const longest = (text.match(/(?<![0-9a-f])0(:0)+(?![0-9a-f])/g) ?? []).reduce((best, run) => run.length > best.length ? run : best, "");
  if (longest === "") return text;
  const at = text.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
  return `${text.slice(0, at).replace(/:$/, "")}::${text.slice(at + longest.length).replace(/^:/, "")}`;
}
