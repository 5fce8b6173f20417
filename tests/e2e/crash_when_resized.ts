/**
 * The program with a defect: it breaks when its terminal is resized.
 *
 * @module
 */
Deno.addSignalListener("SIGWINCH", () => {
  throw new Error("crash");
});
await import("../../main.ts");
