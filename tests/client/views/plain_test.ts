import { assertEquals } from "@std/assert";
import type { Input } from "../../../client/input.ts";
import { inputLines, PlainView } from "../../../client/views/plain.ts";
import { message, said } from "../fake_server.ts";

/** Keeps what is written to it. */
class Kept {
  text = "";

  write(bytes: Uint8Array): Promise<number> {
    this.text += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  }
}

function setUp(input: string, person = false): { view: PlainView; output: Kept; errors: Kept } {
  const [output, errors] = [new Kept(), new Kept()];
  const bytes = new Blob([input]).stream() as ReadableStream<Uint8Array<ArrayBuffer>>;
  return { view: new PlainView({ input: inputLines(bytes), output, errors }, person), output, errors };
}

async function inputs(text: string): Promise<Input[]> {
  return await Array.fromAsync(setUp(text).view.inputs());
}

Deno.test("PlainView makes a message of every line, commands or not, with or without a last line feed", async () => {
  assertEquals(await inputs("hi\r\n\n  \n/usr/bin\nend"), ["hi", "/usr/bin", "end"].map((text): Input => ({ kind: "say", text })));
});

Deno.test("PlainView leaves at bye and reads no further", async () => {
  assertEquals(await inputs("hi\n Bye \nnever\n"), [{ kind: "say", text: "hi" }, { kind: "leave" }]);
});

Deno.test("PlainView gives what others say to stdout, cleaned, and everything else to stderr", async () => {
  const { view, output, errors } = setUp("");
  view.show(message(said("e\x1b[31mve", "hi\n\x1b]0;title\x07there", 1)));
  view.show(message(said("bob", "mine", 2), { own: true }));
  view.show({ kind: "joined", room: "lobby", by: "zoe", total: 3 });
  view.notice("a word");
  await view.close();
  assertEquals([output.text, errors.text], ["eve: hi there\n", "* zoe joined\n* a word\n"]);
});

Deno.test("PlainView tells all of a message that was refused", async () => {
  const { view, output } = setUp("", true);
  const text = `${"word ".repeat(20)}\nend`;
  view.show({ kind: "failed", why: "you are not in #dev", say: { kind: "say", room: "dev", text } });
  await view.close();
  assertEquals(output.text, `* Not sent: you are not in #dev ("${"word ".repeat(20)}\n* end")\n`);
});

Deno.test("PlainView.askName takes the next line as the name, and the one after it when that is refused, while inputs are read", async () => {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const typing = writable.getWriter();
  const type = (line: string) => typing.write(new TextEncoder().encode(line));
  const output = new Kept();
  const view = new PlainView({ input: inputLines(readable), output, errors: output }, true);
  const { signal } = new AbortController();
  const inputs = Array.fromAsync(view.inputs());
  const first = view.askName(undefined, signal);
  await type("bob\n");
  assertEquals(await first, "bob");
  const second = view.askName("bob is taken", signal);
  await type("rob\n");
  assertEquals(await second, "rob");
  await type("hi\n/quit\n");
  assertEquals(await inputs, [{ kind: "say", text: "hi" }, { kind: "leave" }]);
  await typing.close();
});

Deno.test("PlainView.askName gives up when nobody waits for the name", async () => {
  const { view } = setUp("", true);
  const over = new AbortController();
  const name = view.askName(undefined, over.signal);
  over.abort();
  assertEquals(await name, undefined);
});

Deno.test("PlainView.old sets what was said apart from what was done to the room", async () => {
  const { view, output } = setUp("", true);
  view.old({ title: "2 older messages", entries: [said("eve", "hi", 1), { ...said("eve", "ships", 2), type: "topic" }] });
  await view.close();
  assertEquals(output.text, "* 2 older messages:\neve: hi\n* eve set the topic: ships\n* That was it.\n");
});

Deno.test("PlainView understands what a person types, and asks for a name", async () => {
  const { view, output, errors } = setUp("bob\n/who\nhi\n/quit\nnever\n", true);
  const name = view.askName("eve is taken", new AbortController().signal);
  assertEquals(await Array.fromAsync(view.inputs()), [{ kind: "who" }, { kind: "say", text: "hi" }, { kind: "leave" }]);
  assertEquals(await name, "bob");
  view.notice("a word");
  view.show(message(said("eve", "one\ntwo", 1)));
  view.show(message(said("bob", "mine", 2), { own: true }));
  await view.close();
  assertEquals([output.text, errors.text], ["eve is taken. Enter another name: * a word\neve: one\n  two\n", ""]);
});
