/**
 * A load on the real server, as a child process: `deno run -A tests/bench/load.ts`, also at the end of `deno task bench`.
 *
 * Each row is a room of people in text mode in which some talk as fast as the server reads, and everybody counts what is heard. It is one process
 * on one core, so it finds a fast server's limit or its own; what the lines mean beside each other holds either way.
 *
 * @module
 */
import { startServer } from "../harness.ts";

const LF = 10;
const TEXT = "x".repeat(64);

interface Row {
  readonly what: string;
  readonly peers: number;
  readonly senders: number;
  /** Messages in all. */
  readonly messages: number;
}

const ROWS: readonly Row[] = [
  { what: "10 peers, all talking", peers: 10, senders: 10, messages: 100_000 },
  { what: "100 peers, 10 talking", peers: 100, senders: 10, messages: 20_000 },
  { what: "1,000 peers, 4 talking", peers: 1_000, senders: 4, messages: 3_000 },
];

/** Somebody who joins, and from then on only counts lines. */
async function join(port: number, name: string): Promise<{ conn: Deno.TcpConn; hear: (lines: number) => Promise<void> }> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(`${name}\n`));
  const buffer = new Uint8Array(256 * 1024);
  await conn.read(buffer); // the greeting
  const hear = async (lines: number) => {
    for (let heard = 0; heard < lines;) {
      const length = await conn.read(buffer);
      if (length === null) throw new Error(`${name} was parted with after ${heard} of ${lines} lines`);
      const bytes = buffer.subarray(0, length);
      for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) heard++;
    }
  };
  return { conn, hear };
}

/** Deliveries per second of one row. */
async function run({ peers, senders, messages }: Row, flags: readonly string[]): Promise<number> {
  await using server = await startServer("--limits", "off", ...flags);
  const crowd = [];
  for (let i = 0; i < peers; i++) crowd.push(await join(server.port, `p${i}`));
  const each = Math.floor(messages / senders);
  const lines = new TextEncoder().encode(`${TEXT}\n`.repeat(each));
  const start = performance.now();
  // Who comes later is announced to who was there, in a small crowd.
  const announced = (i: number) => Math.max(0, Math.min(200, peers) - 1 - i);
  const heard = crowd.map(({ hear }, i) => hear(announced(i) + each * (senders - (i < senders ? 1 : 0))));
  const said = crowd.slice(0, senders).map(async ({ conn }) => {
    for (let rest = lines; rest.length > 0;) rest = rest.subarray(await conn.write(rest));
  });
  await Promise.all([...heard, ...said]);
  const seconds = (performance.now() - start) / 1000;
  for (const { conn } of crowd) conn.close();
  return each * (senders * peers - senders) / seconds;
}

const folder = await Deno.makeTempDir();
for (const [kept, flags] of [["on disk", ["--data", folder]], ["in memory", []]] as const) {
  for (const row of ROWS) {
    const rate = await run(row, flags);
    // deno-lint-ignore no-console -- what it is for
    console.log(`${row.what.padEnd(24)} ${kept.padEnd(10)} ${(rate / 1e6).toFixed(1).padStart(5)} million deliveries/s`);
  }
}
await Deno.remove(folder, { recursive: true });
