/**
 * `config.json`: settings that hold where neither the command line nor the environment says otherwise. People edit it by hand, so nothing in it
 * is fatal: what makes no sense is named and left out.
 *
 * @module
 */
import { type Checked, nearest } from "../shared/flags.ts";
import { cleanText } from "../shared/text.ts";
import { moveAside, readSmall, systemMessage, writeWhole } from "./files.ts";
import { checkAddress, CLIENT_FLAGS } from "./flags.ts";

const FILE = "config.json";
/** More than a person writes by hand. */
const MOST_BYTES = 65_536;

/** Each setting by its key in the file: the flag it stands in for, where there is one, and how its text is checked. */
const SETTINGS = {
  name: { flag: "name", parse: CLIENT_FLAGS.name.parse },
  server: { flag: undefined, parse: checkAddress },
  colour: { flag: "colour", parse: CLIENT_FLAGS.colour.parse },
  bell: { flag: "bell", parse: CLIENT_FLAGS.bell.parse },
  timeFormat: { flag: "time-format", parse: CLIENT_FLAGS["time-format"].parse },
} as const;

const KEYS = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];

/** What the file says. */
export interface Settings {
  /** The text of each setting that stands in for a flag, by the flag's name; each of them parses. */
  readonly flags: ReadonlyMap<string, string>;
  /** The address to join where none is given. */
  readonly server: string | undefined;
  /** What was wrong with the file, a sentence each. */
  readonly warnings: readonly string[];
}

/** A setting as it is kept. */
export type Setting = {
  readonly key: keyof typeof SETTINGS;
  readonly value: string | boolean;
  /** Why it will not be so the next time, to follow "was not saved" in a sentence. */
  readonly unsaved?: string;
};

/** Reads the settings in a folder. A file that is no JSON is moved aside. Never throws. */
export function readSettings(folder: string | undefined, now: Date): Settings {
  const flags = new Map<string, string>();
  const warnings: string[] = [];
  if (folder === undefined) return { flags, server: undefined, warnings };
  const warn = (text: string) => void warnings.push(cleanText(text));
  const path = `${folder}/${FILE}`;
  const found = readSmall(path, MOST_BYTES, parseObject);
  if (found.kind === "broken") warn(moveAside(path, found.why, now));
  if (found.kind === "unreadable") warn(`${path} ${found.why}; going on without it`);
  let server: string | undefined;
  for (const [key, value] of Object.entries(found.kind === "found" ? found.value : {})) {
    const checked = check(key, typeof value === "boolean" ? String(value) : value);
    if ("problem" in checked) warn(`${path}: ${checked.problem}; it is left out`);
    else if (checked.value.key === "server") server = String(value);
    else flags.set(SETTINGS[checked.value.key].flag, String(value));
  }
  return { flags, server, warnings };
}

/**
 * Checks one setting and writes it into the file, which keeps everything else it holds.
 *
 * @return The setting as it is now, whether or not it could be written; or in a sentence why it cannot be so.
 */
export function setSetting(folder: string | undefined, key: string, text: string): Checked<Setting> {
  const checked = check(key, text);
  if ("problem" in checked) return checked;
  const unsaved = save(folder, checked.value);
  return unsaved === undefined ? checked : { value: { ...checked.value, unsaved } };
}

/** Writes a setting into the file; returns why it could not. */
function save(folder: string | undefined, { key, value }: Setting): string | undefined {
  if (folder === undefined) return `there is no home folder for ${FILE}`;
  const path = `${folder}/${FILE}`;
  const found = readSmall(path, MOST_BYTES, parseObject);
  // Somebody is just editing it.
  if (found.kind === "broken" || found.kind === "unreadable") return `${path} ${found.why}`;
  const settings = { ...found.kind === "found" ? found.value : {}, [key]: value };
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Where the file is a link to one in another place, that one is meant.
    writeWhole(found.kind === "found" ? Deno.realPathSync(path) : path, `${JSON.stringify(settings, undefined, 2)}\n`);
  } catch (error) {
    return `${path} cannot be written: ${systemMessage(error)}`;
  }
  return undefined;
}

function check(key: string, text: unknown): Checked<Setting> {
  if (!isKey(key)) {
    const near = nearest(key, KEYS);
    const hint = near === undefined ? `there are ${KEYS.join(", ")}` : `did you mean ${near}?`;
    return { problem: `there is no setting ${JSON.stringify(key)} (${hint})` };
  }
  const checked = typeof text === "string" ? SETTINGS[key].parse(text) : { problem: "is not a text in quotes" };
  if ("problem" in checked) return { problem: `${key}: ${JSON.stringify(text)} ${checked.problem}` };
  return { value: { key, value: typeof checked.value === "boolean" ? checked.value : text as string } };
}

function isKey(key: string): key is keyof typeof SETTINGS {
  return Object.hasOwn(SETTINGS, key);
}

/** An empty file is one without settings. */
function parseObject(text: string): Record<string, unknown> | string {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    return 'is not an object as {"name": "bob"}';
  } catch (error) {
    return `is not JSON (${error instanceof Error ? error.message : error})`;
  }
}
