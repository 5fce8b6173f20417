/// <reference lib="dom" />
/**
 * The server's figures: what they are now, and small plots of the last ten minutes.
 *
 * @module
 */
import { type Sample, SAMPLES } from "../../../shared/console.ts";
import { count } from "../../../shared/text.ts";
import { byId, element } from "../elements.ts";
import { bytesText, decimal, spanText } from "./amounts.ts";
import { clockTime } from "./log_lines.ts";
import { PLOT, plot, sampleAt } from "./plot.ts";

/** A figure that is plotted. */
interface Figure {
  readonly name: string;
  readonly value: (sample: Sample) => number;
  readonly text: (value: number) => string;
  /** The least that its plot's height stands for. */
  readonly least: number;
}

const FIGURES: readonly Figure[] = [
  { name: "Messages a second", value: ({ messages }) => messages, text: count, least: 5 },
  { name: "Connections", value: ({ connections }) => connections, text: count, least: 5 },
  { name: "Commit time", value: ({ commitMs }) => commitMs, text: (ms) => `${decimal(ms)} ms`, least: 5 },
  { name: "Memory", value: ({ memory }) => memory, text: bytesText, least: 1e8 },
];

/** The figures on the page. */
export class FiguresPane {
  readonly #facts = byId("facts", HTMLElement);
  readonly #tiles: readonly Tile[];
  #samples: readonly Sample[] = [];
  #server = "";
  #since = 0;

  constructor() {
    this.#tiles = FIGURES.map((figure) => new Tile(figure));
    byId("figures", HTMLElement).append(...this.#tiles.map(({ root }) => root));
  }

  /** Begins with what a server has of before. @param since When it was started. */
  begin(server: string, since: number, samples: readonly Sample[]): void {
    this.#server = server;
    this.#since = since;
    // The server may be another one now; what was seen before stays seen.
    const before = this.#samples.filter(({ at }) => at < (samples[0]?.at ?? Infinity));
    this.#show([...before, ...samples]);
  }

  /** Takes the figures of another second. */
  take(sample: Sample): void {
    this.#show([...this.#samples, sample]);
  }

  #show(samples: readonly Sample[]): void {
    this.#samples = samples.slice(-SAMPLES);
    for (const tile of this.#tiles) tile.show(this.#samples);
    const now = this.#samples.at(-1);
    if (now === undefined) return;
    const history = now.history === undefined ? "history in memory" : `history ${bytesText(now.history)}`;
    this.#facts.textContent = `${this.#server} · up for ${spanText(now.at - this.#since)} · ${history}`;
  }
}

/** A figure with its plot. */
class Tile {
  readonly root: HTMLElement;
  readonly #figure: Figure;
  readonly #value = element("strong");
  readonly #when = element("span", { class: "quiet when" });
  readonly #picture = svg("svg", { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, preserveAspectRatio: "none", role: "img" });
  readonly #area = svg("path", { class: "area" });
  readonly #line = svg("path", { class: "line" });
  #samples: readonly Sample[] = [];
  /** Where the pointer is, from 0 to 1. */
  #pointer: number | undefined;

  constructor(figure: Figure) {
    this.#figure = figure;
    this.#picture.append(this.#area, this.#line);
    const span = element("span", { class: "quiet span", text: "10 min" });
    this.root = element("div", { class: "figure" }, element("h2", { text: figure.name }), span, this.#value, this.#when);
    this.root.append(this.#picture);
    this.#picture.addEventListener("pointermove", (event) => this.#point(event.offsetX / this.#picture.clientWidth));
    this.#picture.addEventListener("pointerleave", () => this.#point(undefined));
  }

  show(samples: readonly Sample[]): void {
    const { name, value, text, least } = this.#figure;
    this.#samples = samples;
    const { line, area, most } = plot(samples, value, least);
    this.#line.setAttribute("d", line);
    this.#area.setAttribute("d", area);
    this.#picture.setAttribute("aria-label", `${name} over the last ten minutes: at most ${text(most)}`);
    this.#tell(`most ${text(most)}`);
  }

  #point(place: number | undefined): void {
    this.#pointer = place;
    this.show(this.#samples);
  }

  /** Says the figure of now, or of where the pointer is. */
  #tell(otherwise: string): void {
    const pointed = this.#pointer === undefined ? undefined : sampleAt(this.#samples, this.#pointer);
    const sample = pointed ?? this.#samples.at(-1);
    this.#value.textContent = sample === undefined ? "–" : this.#figure.text(this.#figure.value(sample));
    this.#when.textContent = pointed === undefined ? otherwise : `at ${clockTime(pointed.at)}`;
  }
}

function svg<T extends keyof SVGElementTagNameMap>(tag: T, attributes: Record<string, string>): SVGElementTagNameMap[T] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
