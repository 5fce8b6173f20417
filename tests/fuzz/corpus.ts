/**
 * Inputs that broke something once: a file each, in a folder for each target. They are run first, always.
 *
 * @module
 */
import { hashOf } from "./trial.ts";

const FOLDER = new URL("corpus/", import.meta.url);

/** The inputs kept for a target, by the names of their files. */
export async function readCorpus(target: string): Promise<Map<string, string>> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(new URL(`${target}/`, FOLDER))) if (name.endsWith(".json")) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const inputs = names.sort().map(async (name) =>
    [name, JSON.parse(await Deno.readTextFile(new URL(`${target}/${name}`, FOLDER)))] as const
  );
  return new Map(await Promise.all(inputs));
}

/** Keeps an input as a string of JSON, which half a character survives. Returns the file's path from here. */
export async function keep(target: string, input: string): Promise<string> {
  const name = `${hashOf(input).toString(16).padStart(8, "0")}.json`;
  await Deno.mkdir(new URL(`${target}/`, FOLDER), { recursive: true });
  // Only characters that every editor shows.
  const text = JSON.stringify(input).replace(/[\x7f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  await Deno.writeTextFile(new URL(`${target}/${name}`, FOLDER), `${text}\n`);
  return `corpus/${target}/${name}`;
}
