import { assertEquals } from "@std/assert";
import { formatAddress, parseAddress } from "../../client/config.ts";

Deno.test("parseAddress reads every form of an address", () => {
  const table: [string, string | undefined][] = [
    ["localhost", "localhost:12345"],
    ["example.org:80", "example.org:80"],
    [" 10.0.0.1:1 ", "10.0.0.1:1"],
    ["::1", "[::1]:12345"],
    ["[::1]", "[::1]:12345"],
    ["[::1]:65535", "[::1]:65535"],
    ["fe80::1%eth0", "[fe80::1%eth0]:12345"],
    [":8080", "127.0.0.1:8080"],
    ["", undefined],
    [":", undefined],
    ["host:", undefined],
    ["host:0", undefined],
    ["host:65536", undefined],
    ["host:http", undefined],
    ["host:1e3", undefined],
    ["a b", undefined],
    ["http://host", undefined],
    ["user@host", undefined],
    ["[::1", undefined],
    ["[::1]x", undefined],
    ["[host]:1", undefined],
    ["1:2:3", undefined],
    ["::g", undefined],
  ];
  for (const [input, expected] of table) {
    const address = parseAddress(input);
    assertEquals(address && formatAddress(address), expected, JSON.stringify(input));
  }
});
