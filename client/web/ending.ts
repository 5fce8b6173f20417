/// <reference lib="dom" />
/**
 * What the page says when its part in the chat is over, and does not come back by itself.
 *
 * @module
 */
import { cleanText } from "../../shared/text.ts";
import { byId } from "./elements.ts";
import { isConfidential } from "./wire.ts";

/** Why it is over. */
export type Ending = "replaced" | "kicked" | "banned" | "refused" | "stopped";

interface Words {
  readonly title: string;
  /** Where the server has not said it better. */
  readonly text?: string;
  /** What to do. */
  readonly advice?: string;
  /** What loads the page again. */
  readonly again: string;
}

const WORDS: Readonly<Record<Ending, Words>> = {
  replaced: { title: "The chat is open in another window", text: "It goes on there, under your name.", again: "Use it here" },
  kicked: { title: "You were kicked out of the chat", again: "Come back" },
  banned: {
    title: "You are banned from this chat",
    advice: "If you think that this is a mistake, ask whoever runs the server.",
    again: "Try again",
  },
  refused: { title: "You cannot come in", again: "Try again" },
  stopped: { title: "This page has stopped", again: "Load it again" },
};

/** Says that it is over, above everything else. @param text Why, in the server's words. */
export function showEnding(ending: Ending, text?: string): void {
  const words = WORDS[ending];
  const dialog = byId("ended", HTMLDialogElement);
  const again = byId("reload", HTMLButtonElement);
  byId("ended-title", HTMLElement).textContent = words.title;
  byId("ended-text", HTMLElement).textContent = text === undefined ? words.text ?? "" : cleanText(text).replace(/[^.]$/, "$&.");
  const advice = byId("ended-advice", HTMLElement);
  advice.textContent = words.advice ?? "";
  if (ending === "refused" && !isConfidential()) advice.append("If the server can encrypt, its page is ", encryptedPage());
  advice.hidden = advice.textContent === "";
  again.textContent = words.again;
  again.addEventListener("click", () => location.reload());
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  // Escape pressed twice closes it all the same, and below it nothing works any more.
  dialog.addEventListener("close", () => dialog.showModal());
  dialog.showModal();
}

/** The same page, encrypted: a server that can do both does it on one port. */
function encryptedPage(): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = location.href.replace(/^http:/, "https:");
  link.textContent = link.href;
  return link;
}
