import { assertEquals } from "@std/assert";
import { floatingPromises } from "./floating_promises.ts";

/** What each line makes of its promises: `x` before it where one is dropped. */
const LINES = `
x ours();
x conn.write(bytes);
x (ours());
x done && ours();
x done ? ours() : 0;
x maybe();
x Promise.all([ours()]);
x [1, 2].map(ours);
x ours().then(() => {});
x ours().catch();
x ours().finally(() => {});
x new Promise(() => {});
x fc.assert(fc.asyncProperty(fc.string(), ours));
x imported();
  await ours();
  void ours();
  held = ours();
  const kept = ours();
  ours().catch(() => {});
  ours().then(() => {}, () => {});
  ours().catch(() => {}).finally(() => {});
  fc.assert(fc.property(fc.string(), () => true));
  logger.info("hello");
  conn.close();
`.trim().split("\n");

const HEAD = `import fc from "fast-check";
import { getLogger } from "@logtape/logtape";
import { floatingPromises } from "${import.meta.resolve("./floating_promises.ts").replace("file://", "")}";
declare const conn: Deno.Conn, bytes: Uint8Array, done: boolean;
let held: Promise<void>;
const logger = getLogger();
async function ours(): Promise<void> {}
function maybe(): Promise<void> | undefined { return done ? ours() : undefined; }
function imported() { return floatingPromises([]); }
`;

Deno.test("floatingPromises finds what is dropped and nothing else", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, HEAD + LINES.map((line) => line.slice(2)).join("\n"));
    const found = await floatingPromises([file]);
    const first = HEAD.split("\n").length;
    const dropped = found.map((text) => Number(text.slice(file.length + 1).split(":")[0]) - first);
    assertEquals(dropped.map((i) => LINES[i]), LINES.filter((line) => line.startsWith("x")));
  } finally {
    await Deno.remove(file);
  }
});
