/**
 * A client's state in a process of its own: opens it, says what it is told to, prints what it found, and keeps it until it is killed or its input
 * ends.
 *
 * @module
 */
import { systemClock } from "../../client/clock.ts";
import { ClientState } from "../../client/state/state.ts";

const [folder, name, ...texts] = Deno.args;
const print = (line: unknown) => Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
const warnings: string[] = [];
const state = ClientState.open({
  folder,
  address: { host: "example.org", port: 12345 },
  name,
  clock: systemClock,
  now: () => new Date(),
  tell: (text) => warnings.push(text),
});
for (const text of texts) state.said({ kind: "say", ref: `ref-${text}`, room: "lobby", text });
print({ secret: state.secret, unsent: state.unsent.map(({ text }) => text), warnings });
await Deno.stdin.read(new Uint8Array(1));
state.close();
