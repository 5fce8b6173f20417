/**
 * Signals from the system.
 *
 * @module
 */

/** Those that Deno knows on Windows. */
const WINDOWS_SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGBREAK"];
/** Signals that mean: time to go. */
const LEAVE_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows" ? WINDOWS_SIGNALS : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Calls handlers when their signals come, where the system has them; returns what ends it. */
export function listen(handlers: Partial<Record<Deno.Signal, () => void>>): () => void {
  const known = (Object.entries(handlers) as [Deno.Signal, () => void][])
    .filter(([signal]) => Deno.build.os !== "windows" || WINDOWS_SIGNALS.includes(signal));
  for (const [signal, handler] of known) Deno.addSignalListener(signal, handler);
  return () => {
    for (const [signal, handler] of known) Deno.removeSignalListener(signal, handler);
  };
}

/** Does work that is told, by `asked`, when somebody wants the program to end. */
export async function interruptible<T>(work: (asked: AbortSignal) => Promise<T>): Promise<T> {
  const asked = new AbortController();
  const stopListening = listen(Object.fromEntries(LEAVE_SIGNALS.map((signal) => [signal, () => asked.abort()])));
  try {
    return await work(asked.signal);
  } finally {
    stopListening();
  }
}
