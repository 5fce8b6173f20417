/**
 * The port that a server listens on.
 *
 * @module
 */
import { EXIT, Fatal } from "../shared/exit.ts";
import { hostAndPort } from "../shared/text.ts";
import type { ServerConfig } from "./config.ts";

/** Listens where the owner wishes. @throws {Fatal} When that cannot be, saying what to do. */
export function listen({ host, port }: Pick<ServerConfig, "host" | "port">): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: host, port });
  } catch (error) {
    throw cannotListen(error, host, port);
  }
}

function cannotListen(error: unknown, host: string, port: number): unknown {
  const at = `Cannot listen on ${hostAndPort(host, port)}`;
  if (error instanceof Deno.errors.AddrInUse) {
    return new Fatal(EXIT.unavailable, `${at}: the port is in use. Stop the program that has it, or choose another with --port`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new Fatal(EXIT.noPermission, `${at}: not permitted. Ports below 1024 are for root; choose another with --port`);
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return new Fatal(EXIT.unavailable, `${at}: this machine does not have that address. Use one of its own, or --host 0.0.0.0 for all`);
  }
  if (!(error instanceof Error)) return error;
  return new Fatal(EXIT.unavailable, `${at}: ${error.message}. Check --host`);
}
