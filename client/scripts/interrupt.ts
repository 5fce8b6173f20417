/**
 * Being asked to end.
 *
 * @module
 */
import { listenForLeave } from "../signals.ts";

/** Does work that is told, by `asked`, when somebody wants the program to end. */
export async function interruptible<T>(work: (asked: AbortSignal) => Promise<T>): Promise<T> {
  const asked = new AbortController();
  const stopListening = listenForLeave(() => asked.abort());
  try {
    return await work(asked.signal);
  } finally {
    stopListening();
  }
}
