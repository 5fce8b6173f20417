/**
 * A server's figures, as Prometheus reads them.
 *
 * @module
 */

/** The figures of a moment. */
export interface Figures {
  /** Connections open now, whatever they speak. */
  readonly connections: number;
  /** Connections since the start that chat. */
  readonly accepted: number;
  /** Sessions, those included whose connection broke a moment ago. */
  readonly sessions: number;
  /** Messages delivered since the start. */
  readonly messages: number;
  /** Commits of the history since the start. */
  readonly commits: number;
  /** Defects of ours since the start, each caught before it reached anybody else. */
  readonly faults: number;
  /** Memory that the process holds, in bytes. */
  readonly memory: number;
  /** Memory that the event loop's objects take, in bytes. */
  readonly heap: number;
}

/** Each figure's name, its kind, and what it is. */
const METRICS: Record<keyof Figures, readonly [name: string, kind: "counter" | "gauge", help: string]> = {
  connections: ["chat_connections", "gauge", "Connections open now."],
  accepted: ["chat_connections_accepted_total", "counter", "Connections since the start that chat."],
  sessions: ["chat_sessions", "gauge", "People who are in, those included whose connection broke a moment ago."],
  messages: ["chat_messages_total", "counter", "Messages delivered since the start."],
  commits: ["chat_commits_total", "counter", "Commits of the history since the start."],
  faults: ["chat_faults_total", "counter", "Defects of the server since the start, each caught before it reached anybody else."],
  memory: ["process_resident_memory_bytes", "gauge", "Memory that the process holds."],
  heap: ["chat_heap_bytes", "gauge", "Memory that the objects of the event loop take."],
};

/**
 * Writes figures in Prometheus' text format, version 0.0.4.
 *
 * @example
 * ```ts
 * import { metricsText } from "./metrics.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const text = metricsText({ connections: 3, accepted: 9, sessions: 2, messages: 42, commits: 7, faults: 0, memory: 1e8, heap: 1e7 });
 * assertStringIncludes(text, "# TYPE chat_messages_total counter\nchat_messages_total 42\n");
 * ```
 */
export function metricsText(figures: Figures): string {
  return Object.entries(METRICS).map(([figure, [name, kind, help]]) =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${name} ${figures[figure as keyof Figures]}\n`
  ).join("");
}
