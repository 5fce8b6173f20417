/**
 * The platform's places for a program's files.
 *
 * @module
 */
import type { Env } from "./flags.ts";

/** What the files are for: settings that people edit, data worth a backup, or what a program remembers for itself. */
export type FolderKind = "config" | "data" | "state";

/** The XDG Base Directory Specification: a variable, and what holds below the home folder where it is not set. */
const XDG: Readonly<Record<FolderKind, readonly [variable: string, fallback: string]>> = {
  config: ["XDG_CONFIG_HOME", ".config"],
  data: ["XDG_DATA_HOME", ".local/share"],
  state: ["XDG_STATE_HOME", ".local/state"],
};

/**
 * The folder for our files of one kind; `undefined` where the environment names no home.
 *
 * @param os As in `Deno.build.os`.
 *
 * @example
 * ```ts
 * import { platformFolder } from "./folders.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const env = (name: string) => name === "HOME" ? "/home/ann" : undefined;
 * assertEquals(platformFolder("config", env, "linux"), "/home/ann/.config/chat");
 * assertEquals(platformFolder("config", () => undefined, "linux"), undefined);
 * ```
 */
export function platformFolder(kind: FolderKind, env: Env, os: string): string | undefined {
  // Where one folder is for several kinds, what changes all the time keeps apart.
  const apart = kind === "state" ? "state" : undefined;
  if (os === "windows") {
    const [variable, fallback] = kind === "config" ? ["APPDATA", "Roaming"] : ["LOCALAPPDATA", "Local"];
    const home = env("USERPROFILE");
    return below(env(variable) || below(home, `AppData\\${fallback}`, "\\"), apart ? `chat\\${apart}` : "chat", "\\");
  }
  const home = env("HOME");
  if (os === "darwin") return below(home, `Library/Application Support/chat${apart ? `/${apart}` : ""}`);
  const [variable, fallback] = XDG[kind];
  const given = env(variable);
  // The specification has a relative one ignored.
  return below(given?.startsWith("/") ? given : below(home, fallback), "chat");
}

function below(folder: string | undefined, path: string, separator = "/"): string | undefined {
  return folder ? `${folder}${separator}${path}` : undefined;
}
