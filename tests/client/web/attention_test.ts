import { assertEquals } from "@std/assert";
import { Attention } from "../../../client/web/attention.ts";
import "./fake_dom.ts";

/** A browser's sound, which may have to wait for a click. */
class FakeAudio {
  static state = "suspended";
  static touched = Promise.withResolvers<void>();
  static tones = 0;
  readonly currentTime = 0;

  get state(): string {
    return FakeAudio.state;
  }

  resume(): Promise<void> {
    return FakeAudio.touched.promise;
  }

  createOscillator(): unknown {
    return { frequency: {}, connect: (next: unknown) => next, start: () => FakeAudio.tones++, stop() {} };
  }

  createGain(): unknown {
    return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (next: unknown) => next };
  }
}

Deno.test("Attention.ring sounds where the browser lets it, and what comes late is dropped", async () => {
  const now = performance.now;
  Object.defineProperty(globalThis, "AudioContext", { value: FakeAudio, configurable: true });
  try {
    let time = 0;
    performance.now = () => time;
    const attention = new Attention();
    for (; time < 60_000; time += 5_000) attention.ring();
    attention.ring();
    assertEquals(FakeAudio.tones, 0);
    FakeAudio.state = "running";
    FakeAudio.touched.resolve();
    await FakeAudio.touched.promise;
    assertEquals(FakeAudio.tones, 2);
    attention.ring();
    assertEquals(FakeAudio.tones, 4);
  } finally {
    performance.now = now;
  }
});
