import { assertEquals, assertNotEquals } from "@std/assert";
import { type Answer, Requests } from "../../client/requests.ts";
import type { ClientFrame } from "../../shared/protocol.ts";
import { said } from "./fake_server.ts";

function setUp(connected = true): { requests: Requests; refs: string[]; ask: () => Answer[] } {
  const refs: string[] = [];
  const requests = new Requests((frame: ClientFrame) => {
    if ("ref" in frame && frame.ref !== undefined) refs.push(frame.ref);
    return connected;
  });
  const ask = () => {
    const answers: Answer[] = [];
    requests.ask({ kind: "rooms" }, (answer) => answers.push(answer));
    return answers;
  };
  return { requests, refs, ask };
}

Deno.test("Requests gives each question the answer with its ref, once", () => {
  const { requests, refs, ask } = setUp();
  const [first, second] = [ask(), ask()];
  assertNotEquals(refs[0], refs[1]);
  const answer = { kind: "rooms", ref: refs[1], rooms: [] } as const;
  assertEquals([requests.hear(answer), requests.hear(answer)], [true, false]);
  assertEquals([first, second], [[], [answer]]);
});

Deno.test("Requests leaves alone what answers no question", () => {
  const { requests, ask } = setUp();
  const answers = ask();
  assertEquals(requests.hear(said("eve", "hi", 1)), false);
  assertEquals(requests.hear({ kind: "done", ref: "another's", text: "done" }), false);
  assertEquals(answers, []);
});

Deno.test("Requests tells that no answer will come, with the connection or without one", () => {
  const { requests, refs, ask } = setUp();
  const answers = ask();
  assertEquals(requests.hear({ kind: "lost", why: "a cut" }), false);
  assertEquals(requests.hear({ kind: "done", ref: refs[0], text: "too late" }), false);
  assertEquals([answers, setUp(false).ask()], [[undefined], [undefined]]);
});
