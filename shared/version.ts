/**
 * The program's version, from the one place where it stands: `deno.json`.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };

/** As in `1.0.0`. */
export const VERSION: string = config.version;
