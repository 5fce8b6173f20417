import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { contains, household, networkAround, networkOf, parseNetwork } from "../../../server/core/network.ts";

Deno.test("networkOf: an IPv4 address stands for itself, an IPv6 one for its /64, whatever it is written like", () => {
  const texts = (...hosts: string[]) => hosts.map((host) => networkOf(host)?.text);
  assertEquals(texts("203.0.113.7", "::ffff:203.0.113.7", "::FFFF:cb00:7107"), ["203.0.113.7", "203.0.113.7", "203.0.113.7"]);
  assertEquals(texts("2001:DB8::1", "[2001:db8:0:0:5::]", "fe80::1%eth0", "::1"), [
    "2001:db8::/64",
    "2001:db8::/64",
    "fe80::/64",
    "::/64",
  ]);
  assertEquals(texts("2001:db8:0:7:0:0:0:1", "1:0:0:2:3:4:5:6"), ["2001:db8:0:7::/64", "1:0:0:2::/64"]);
});

Deno.test("parseNetwork takes CIDR, and nothing that is no address", () => {
  const texts = (...given: string[]) => given.map((text) => parseNetwork(text)?.text);
  assertEquals(texts("203.0.113.77/24", "10.0.0.0/8", "0.0.0.0/0", "2001:db8:1::/48", "2001:db8::5/128"), [
    "203.0.113.0/24",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "2001:db8:1::/48",
    "2001:db8::/64",
  ]);
  const none = [
    "",
    "bob",
    "1.2.3",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4/33",
    "1.2.3.4/-1",
    "1.2.3.4/8/8",
    ":::",
    "1::2::3",
    "12345::",
    "1:2:3:4:5:6:7",
    "::/129",
  ];
  assertEquals(texts(...none), none.map(() => undefined));
});

Deno.test("contains: a network has the addresses that begin as it does, and no others", () => {
  fc.assert(fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (one, other, bits) => {
    const network = parseNetwork(`${one}/${bits}`)!;
    const binary = (host: string) => host.split(".").map((part) => Number(part).toString(2).padStart(8, "0")).join("").slice(0, bits);
    assertEquals(contains(network, networkOf(other)!), binary(one) === binary(other));
    assert(contains(network, networkOf(one)!));
    assert(!contains(network, networkOf("2001:db8::1")!));
    assertEquals(parseNetwork(network.text), network);
  }));
  fc.assert(fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (host, bits) => {
    const network = parseNetwork(`${host}/${bits}`);
    if (network === undefined) return;
    assertEquals(parseNetwork(network.text), network);
    // Whoever an address is of is in each network that is made of it, however small.
    assert(contains(network, networkOf(host)!));
  }));
});

Deno.test("networkAround: the one network of that many bits that contains another", () => {
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(128), (host, other, bits) => {
    const [network, outer] = [networkOf(host), parseNetwork(`${other}/${bits}`)];
    if (network === undefined || outer === undefined) return;
    assertEquals(networkAround(network, outer)?.text === outer.text, contains(outer, network));
  }));
  const around = (bits: number) => networkAround(networkOf("203.0.113.7")!, { size: 32, bits })?.text;
  assertEquals([0, 24, 31, 32, 33].map(around), ["0.0.0.0/0", "203.0.113.0/24", "203.0.113.6/31", "203.0.113.7", undefined]);
});

Deno.test("household: an IPv4 address, and a /64 of IPv6, however it is written; a host's name stands for itself", () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), fc.array(group, { minLength: 4, maxLength: 4 }), (groups, others) => {
      fc.pre(groups.slice(0, 6).some((g) => g !== "0"));
      const compressed = (groups: string[]) => new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
      assertEquals(household(compressed(groups)), household(groups.join(":").toUpperCase()));
      assertEquals(household(compressed(groups)), household(compressed([...groups.slice(0, 4), ...others])));
      assertEquals(household(groups.join(":")) === household(["f", ...groups.slice(1)].join(":")), groups[0] === "f");
    }),
  );
  assertEquals(["::ffff:10.0.0.1", "::FFFF:a00:1", "10.0.0.1"].map(household), ["10.0.0.1", "10.0.0.1", "10.0.0.1"]);
  assertEquals(["fe80::1%eth0", "box.local"].map(household), ["fe80::/64", "box.local"]);
});
