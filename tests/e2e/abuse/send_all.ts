const encoder = new TextEncoder();

/** Sends; a connection that the other side has ended is no fault here. Returns whether everything went out. */
export async function sendAll(conn: Deno.Conn, what: string | Uint8Array): Promise<boolean> {
  let bytes = typeof what === "string" ? encoder.encode(what) : what;
  try {
    while (bytes.length > 0) bytes = bytes.subarray(await conn.write(bytes));
    return true;
  } catch {
    return false;
  }
}
