import { assertEquals } from "@std/assert";
import { Saying } from "../../client/saying.ts";
import { type SayWithRef, Unacknowledged } from "../../client/unacknowledged.ts";
import { FakeClock } from "./fake_clock.ts";

/** Somebody who talks, and what has been sent of it. */
class Talker {
  readonly clock = new FakeClock();
  readonly over = new AbortController();
  readonly saying: Saying;
  readonly #unacknowledged = new Unacknowledged();
  #sent: string[] = [];

  constructor() {
    const send = ({ ref }: SayWithRef) => void this.#sent.push(ref);
    this.saying = new Saying({ unacknowledged: this.#unacknowledged, send, clock: this.clock, over: this.over.signal });
  }

  say(...refs: string[]): void {
    for (const ref of refs) {
      const [room] = ref.split(" ");
      const say = this.#unacknowledged.add({ kind: "say", ref, room, text: ref });
      if (say.kind === "say") this.saying.say(say);
    }
  }

  /** What has been sent since the last look. */
  sent(): string[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }
}

Deno.test("Saying sends at once; after a message that was refused for now nothing of its room, one by one when it is time", async () => {
  const talker = new Talker();
  const { saying, clock } = talker;
  talker.say("dev 1", "dev 2", "dev 3");
  assertEquals(talker.sent(), ["dev 1", "dev 2", "dev 3"]);
  saying.answered("dev 1");
  saying.later("dev 3", 4_000);
  saying.later("dev 2", 4_000);
  talker.say("dev 4", "lobby 1");
  assertEquals(talker.sent(), ["lobby 1"]);
  await clock.pass(4_000);
  await Promise.resolve();
  assertEquals(talker.sent(), ["dev 2"], "said first, whatever was refused first");
  saying.later("dev 2", 2_000);
  await clock.pass(2_000);
  await Promise.resolve();
  assertEquals(talker.sent(), ["dev 2"]);
  saying.answered("dev 2");
  assertEquals(talker.sent(), ["dev 3"]);
  saying.answered("dev 3");
  talker.say("dev 5");
  assertEquals(talker.sent(), ["dev 4"]);
  saying.answered("dev 4");
  saying.answered("dev 5");
  talker.say("dev 6");
  assertEquals(talker.sent(), ["dev 5", "dev 6"]);
});

Deno.test("Saying pauses once, however often it is told to, at most a minute, and for what has no answer only", async () => {
  const talker = new Talker();
  const { saying, clock, over } = talker;
  talker.say("dev 1", "dev 2");
  for (const ref of ["dev 1", "dev 2", "dev 1", "never said"]) saying.later(ref, 1e9);
  assertEquals(clock.sleeping(60_000), 1);
  saying.answered("dev 1");
  talker.sent();
  await clock.pass(60_000);
  await Promise.resolve();
  assertEquals(talker.sent(), ["dev 2"]);
  saying.later("dev 2");
  over.abort();
  await Promise.resolve();
  assertEquals([clock.sleeping(5_000), talker.sent()], [0, []]);
});
