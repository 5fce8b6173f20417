/**
 * Being asked to end.
 *
 * @module
 */

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Does work that is told, by `asked`, when somebody wants the program to end. */
export async function interruptible<T>(work: (asked: AbortSignal) => Promise<T>): Promise<T> {
  const asked = new AbortController();
  const ask = () => asked.abort();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, ask);
  try {
    return await work(asked.signal);
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, ask);
  }
}
