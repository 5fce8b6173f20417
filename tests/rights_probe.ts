/**
 * The program, and beside it somebody who wants to do what it does not: says once, on stderr, what the process may do since it gave rights up.
 *
 * @module
 */
const NAMES = ["env", "ffi", "net", "read", "run", "sys", "write"] as const;

const STRAY = `${Deno.env.get("XDG_STATE_HOME")}-stray`;

const ATTEMPTS: Readonly<Record<string, () => unknown>> = {
  connect: () => Deno.connect({ hostname: "127.0.0.1", port: 9 }),
  listen: () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  write: () => Deno.writeTextFileSync(STRAY, ""),
  read: () => Deno.readTextFileSync("/etc/passwd"),
  run: () => new Deno.Command("xdg-open").spawn(),
};

const watch = setInterval(async () => {
  if (isGranted("run")) return;
  clearInterval(watch);
  const denied: string[] = [];
  for (const [name, attempt] of Object.entries(ATTEMPTS)) {
    try {
      await attempt();
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) denied.push(name);
    }
  }
  Deno.stderr.writeSync(new TextEncoder().encode(`rights ${JSON.stringify({ granted: NAMES.filter(isGranted), denied })}\n`));
}, 5);

/** Whether there is any of it: what is granted by name is asked for by name. */
function isGranted(name: typeof NAMES[number]): boolean {
  const descriptors: Partial<Record<typeof NAMES[number], Deno.PermissionDescriptor>> = {
    env: { name: "env", variable: "HOME" },
    run: { name: "run", command: "xdg-open" },
    sys: { name: "sys", kind: "networkInterfaces" },
  };
  return Deno.permissions.querySync(descriptors[name] ?? { name } as Deno.PermissionDescriptor).state === "granted";
}

await import("../main.ts");
