import { Emulator } from "./tests/client/views/emulator.ts";
console.log("a");
const e = new Emulator();
console.log("b");
await e.write(new TextEncoder().encode("hi"));
console.log("c");
await e.settled();
console.log(e.rows);
