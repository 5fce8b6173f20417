/**
 * Opens a page in the browser of whoever started the server.
 *
 * @module
 */

/** What opens a link on each system. A command for a shell would need the permission to run anything. */
const OPENERS: Partial<Record<typeof Deno.build.os, string>> = { darwin: "open", windows: "explorer" };

/** Opens a link; what is wrong, in one line, where that fails. Settles when the program that opens it has ended. */
export async function openInBrowser(url: string, os: typeof Deno.build.os): Promise<string | undefined> {
  const opener = OPENERS[os] ?? "xdg-open";
  const cannot = "Cannot open the server's window in a browser; open its link yourself";
  try {
    // A browser that it starts outlives Ctrl-C here.
    const child = new Deno.Command(opener, { args: [url], stdin: "null", stdout: "null", stderr: "null", detached: true }).spawn();
    child.unref();
    const { success, code } = await child.status;
    // Explorer ends with 1 whatever it did.
    return success || os === "windows" ? undefined : `${cannot}: ${opener} ended with ${code}`;
  } catch (error) {
    return `${cannot}: ${opener}: ${error instanceof Error ? error.message : error}`;
  }
}
