/// <reference lib="dom" />
/**
 * What reaches somebody who does not look: the page's title and icon always, a sound and a notification where they are wanted.
 *
 * @module
 */
import { byId } from "./elements.ts";

/** A screen reader is told of what was said at most so often, in milliseconds. */
const TELL_MS = 1_500;
/** Messages read out one by one; more are counted. */
const READ_OUT = 3;
/** A sound that the browser lets us make only so long after it was wanted, in milliseconds, is none any more. */
const LATE_MS = 1_000;

/** Calls for attention. */
export class Attention {
  readonly #icon = byId("icon", HTMLLinkElement);
  readonly #spoken = byId("spoken", HTMLElement);
  #told: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #audio: AudioContext | undefined;

  /** Shows how many messages wait, and where we are. */
  show(unread: number, place: string): void {
    const title = `${unread === 0 ? "" : `(${unread}) `}${place === "" ? "" : `#${place} · `}chat`;
    if (document.title !== title) document.title = title;
    const icon = unread === 0 ? "icon.svg" : "icon-unread.svg";
    if (this.#icon.getAttribute("href") !== icon) this.#icon.setAttribute("href", icon);
  }

  /** Tells a screen reader of a message, politely and not too often. */
  tell(text: string): void {
    this.#told.push(text);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#spoken.textContent = this.#told.length > READ_OUT ? `${this.#told.length} new messages` : this.#told.join("\n");
      this.#told = [];
    }, TELL_MS);
  }

  /** Forgets what a screen reader was told, or is to be told. */
  forget(): void {
    this.#told = [];
    this.#spoken.textContent = "";
  }

  /** Two soft tones; none where the browser keeps a page silent that nobody has touched yet. */
  ring(): void {
    const audio = this.#audio ??= new AudioContext();
    if (audio.state === "running") return sound(audio);
    const since = performance.now();
    // Tones that it plays no sooner than somebody clicks would pile up until then.
    const inTime = () => {
      if (performance.now() - since < LATE_MS) sound(audio);
    };
    // It fails where there is nothing to make a sound with.
    audio.resume().then(inTime, () => undefined);
  }

  /** Shows a notification of the system's. */
  notify(text: string): void {
    try {
      const shown = new Notification("chat", { body: text, tag: "chat", icon: "icon.svg" });
      shown.addEventListener("click", () => {
        focus();
        shown.close();
      });
    } catch {
      // Some phones have the word for it and not the thing; title and icon tell as well.
    }
  }

  /** Asks whether notifications may be shown; says why not. */
  async mayNotify(): Promise<string | undefined> {
    if (!("Notification" in globalThis)) return "this browser shows none here";
    const answer = await Notification.requestPermission();
    return answer === "granted" ? undefined : "the browser does not allow them for this page";
  }
}

function sound(audio: AudioContext): void {
  for (const [i, pitch] of [660, 880].entries()) {
    const start = audio.currentTime + i * 0.12;
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.08, start);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.25);
    tone.connect(loudness).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.3);
  }
}
