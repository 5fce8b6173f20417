/**
 * The server's log: each event as one line, through LogTape.
 *
 * @module
 */
import {
  configure,
  dispose,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
  type LogRecord,
  type TextFormatter,
  type TextFormatterOptions,
} from "@logtape/logtape";
import { count, plural } from "../shared/text.ts";
import type { ServerEvent, Watch } from "./events.ts";
import { logLine } from "./log_line.ts";
import { LogMeter } from "./log_meter.ts";

/** Bytes of log that may wait for a terminal that is held (Ctrl-S) or a disk that is slow; more is dropped, and said. */
const WAITING_BYTES = 1024 * 1024;
/** How often what has no lines of its own is told as a number, in milliseconds. */
const REPORT_MS = 10_000;
/** What the counted events of each kind are called. What anybody can cause as often as they like stands here. */
const COUNTED: Partial<Record<ServerEvent["type"], string>> = {
  connected: "connected",
  joined: "joined",
  said: "messages",
  refused: "were refused",
  disconnected: "left",
  turned_away: "were turned away",
  fault: "faults",
};

/** Where the log goes and what is in it. */
export interface LogOptions {
  readonly format: "text" | "json";
  /** Whether what people say is in it. */
  readonly messages: boolean;
  /** Whether a person looks on: local times, whole addresses. */
  readonly terminal: boolean;
  readonly colour: boolean;
  /** Takes some of the bytes and says how many. */
  readonly write: (bytes: Uint8Array) => Promise<number>;
}

/** An open log. */
export interface Log {
  readonly watch: Watch;
  /** Settles when everything is written. */
  close(): Promise<void>;
}

/** Opens the process's log. LogTape has one configuration for a process, so there is one log. */
export async function openLog(options: LogOptions): Promise<Log> {
  const output = new LogOutput(options.write);
  const format = formatter(options);
  await configure({
    reset: true,
    sinks: { output: (record: LogRecord) => output.push(format(record)) },
    loggers: [
      { category: "chat", sinks: ["output"], lowestLevel: "info" },
      { category: ["logtape", "meta"], sinks: ["output"], lowestLevel: "error" },
    ],
  });
  const counted = new Counted();
  const watch: Watch = (event) => {
    const isCounted = COUNTED[event.type] !== undefined && !(event.type === "said" && options.messages);
    if (!isCounted || counted.count(event.type)) record(event, options);
  };
  const close = async () => {
    counted.close();
    await dispose();
    await output.drained();
  };
  return { watch, close };
}

function formatter({ format, terminal, colour }: LogOptions): TextFormatter {
  if (format === "json") return getJsonLinesFormatter({ message: "template", properties: "flatten" });
  const options: TextFormatterOptions = {
    timestamp: terminal ? "time" : "rfc3339",
    timeZone: terminal ? null : undefined,
    value: "bare",
    sanitize: { newlines: "escape" },
    format: ({ timestamp, level, message, record }) =>
      record.level === "info" ? `${timestamp}  ${message}` : `${timestamp}  ${level}  ${message}`,
  };
  return colour ? getAnsiColorFormatter(options) : getTextFormatter(options);
}

function record(event: ServerEvent, { messages, terminal }: LogOptions): void {
  const { level, template, properties } = logLine(event, { messages, addresses: terminal });
  getLogger("chat")[level](template, properties);
}

/** Writes what is above a rate as a number, now and then. */
class Counted {
  readonly #meter = new LogMeter<ServerEvent["type"]>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Counts an event; whether it gets a line of its own. */
  count(type: ServerEvent["type"]): boolean {
    const hasLine = this.#meter.count(type, performance.now());
    if (!hasLine) this.#timer ??= setTimeout(() => this.#report(), REPORT_MS);
    return hasLine;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#report();
  }

  #report(): void {
    this.#timer = undefined;
    for (const [type, more] of this.#meter.uncounted()) {
      getLogger("chat").info("and {more} more {what}", { event: type, more: count(more), what: COUNTED[type] });
    }
  }
}

/** Lines on their way out. The event loop never waits for whoever reads them. */
class LogOutput {
  readonly #write: (bytes: Uint8Array) => Promise<number>;
  #waiting: string[] = [];
  #bytes = 0;
  #dropped = 0;
  #writing: Promise<void> | undefined;

  constructor(write: (bytes: Uint8Array) => Promise<number>) {
    this.#write = write;
  }

  push(line: string): void {
    if (this.#bytes + line.length > WAITING_BYTES) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(line);
    this.#bytes += line.length;
    this.#writing ??= this.#run();
  }

  async drained(): Promise<void> {
    await this.#writing;
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        let bytes = new TextEncoder().encode(this.#waiting.join(""));
        this.#waiting = [];
        this.#bytes = 0;
        while (bytes.length > 0) bytes = bytes.subarray(await this.#write(bytes));
        if (this.#dropped > 0) this.#waiting.push(`(${plural(this.#dropped, "line")} of log dropped: nobody read them)\n`);
        this.#dropped = 0;
      }
    } catch {
      this.#waiting = []; // Nobody reads the log any more; the chat goes on without it.
    } finally {
      this.#writing = undefined;
    }
  }
}
