/// <reference lib="dom" />
/**
 * The pages in Debian's Chromium, driven as a person would: it types, clicks and reads.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const ROOT = new URL("../", import.meta.url).pathname;

/** Why there are no browser tests here; `undefined` where there are. */
export const noBrowser: string | undefined = await whyNot();

async function whyNot(): Promise<string | undefined> {
  if (await Deno.stat(CHROMIUM).catch(() => undefined) === undefined) return `there is no ${CHROMIUM}`;
  // An executable brings its own page.
  if (Deno.env.has("CHAT_BIN")) return undefined;
  const { success, stderr } = await new Deno.Command("deno", { args: ["task", "--quiet", "bundle"], cwd: ROOT }).output();
  return success ? undefined : `the page cannot be made: ${new TextDecoder().decode(stderr).trim()}`;
}

// deno-lint-ignore no-console -- the reason for a skip is for people
if (noBrowser !== undefined) console.log(`Browser tests are skipped: ${noBrowser}`);

/** What Playwright leaves behind in Deno is not ours to count. */
export function browserTest(name: string, test: (chromium: Chromium) => Promise<void>): void {
  Deno.test({
    name: `browser: ${name}`,
    ignore: noBrowser !== undefined,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using chromium = await startChromium();
      await test(chromium);
    },
  });
}

/** Chromium, for as long as a block lasts. */
export interface Chromium extends AsyncDisposable {
  /** A person with a browser of their own, at an encrypted page where they overlook its certificate. @param path What follows the page's address. */
  person(port: number, options?: BrowserContextOptions, path?: string): Promise<Person>;
}

/** Starts Chromium. */
export async function startChromium(): Promise<Chromium> {
  const { chromium } = await import("playwright-core");
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  const people: Person[] = [];
  return {
    async person(port, options = {}, path = "") {
      const context = await browser.newContext({ viewport: { width: 1100, height: 700 }, reducedMotion: "reduce", ...options });
      const scheme = options.ignoreHTTPSErrors ? "https" : "http";
      const person = new Person(await context.newPage(), `${scheme}://127.0.0.1:${port}/${path}`);
      await person.begin();
      people.push(person);
      return person;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
    },
  };
}

/** Somebody at a page. */
export class Person {
  readonly page: Page;
  /** What the page or the browser complained of: errors, and what the content security policy refused. */
  readonly complaints: string[] = [];
  /** What the page sent over its WebSocket. */
  readonly sent: string[] = [];
  readonly #url: string;

  constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
  }

  async begin(): Promise<void> {
    const { page, complaints } = this;
    page.setDefaultTimeout(15_000);
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      // That a server is away for a while is no fault of the page.
      if (message.type() === "error" && !/ERR_|WebSocket/.test(message.text())) complaints.push(message.text());
    });
    page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => void this.sent.push(String(payload))));
    await page.addInitScript(`addEventListener("securitypolicyviolation", (event) => console.error("CSP: " + event.violatedDirective));`);
    await page.goto(this.#url);
  }

  /** Gives a name and comes in. */
  async join(name: string): Promise<this> {
    await this.page.fill("#name", name);
    await this.page.press("#name", "Enter");
    await this.page.waitForFunction((name) => document.querySelector("#my-nick")?.textContent === name, name);
    return this;
  }

  /** Writes something and sends it with Enter. */
  async say(text: string): Promise<void> {
    await this.page.fill("#text", text);
    await this.page.press("#text", "Enter");
  }

  /** Waits until a message with this text is in the log, kept by the server. */
  async hears(text: string): Promise<void> {
    await this.page.locator("#log [data-seq]", { hasText: text }).first().waitFor();
  }

  /** The messages in the log, in order. */
  async texts(): Promise<string[]> {
    return await this.page.locator("#log [data-seq] .text").allTextContents();
  }

  /** Waits for a text in an element. */
  async reads(selector: string, text: string | RegExp): Promise<void> {
    await this.page.locator(selector, { hasText: text }).first().waitFor();
  }

  /** Comes into another room. */
  async enter(room: string): Promise<void> {
    await this.say(`/join ${room}`);
    await this.reads("#room-name", `#${room}`);
  }
}

/** Fails with what axe finds. */
export async function accessible({ page }: Person, where: string): Promise<void> {
  const { default: axe } = await import("axe-core");
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
    }).axe.run()
  );
  assertEquals(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)]), [], where);
}
