/**
 * Whether a built executable works on this machine: it says its version, serves, and carries a message from one client to another.
 *
 * `deno run --allow-run .ci/smoke.ts EXECUTABLE`
 *
 * @module
 */
import { TextLineStream } from "@std/streams/text-line-stream";

/** Long, for the first start of a large executable on a busy machine. */
const DEADLINE_MS = 60_000;

const [executable] = Deno.args;
const children: Deno.ChildProcess[] = [];
setTimeout(() => end(`nothing was heard within ${DEADLINE_MS / 1000} s`), DEADLINE_MS);

try {
  const { success, stdout } = await new Deno.Command(executable, { args: ["--version"] }).output();
  const version = new TextDecoder().decode(stdout).trim();
  if (!success || !/^chat \d+\.\d+\.\d+ /.test(version)) throw new Error(`--version said "${version}"`);

  const port = await find(start("server", "--port", "0"), /^Server started on .*:(\d+)$/);
  const heard = find(start("client", `127.0.0.1:${port}`, "--name", "ear"), /^mouth: (.*)$/);
  // Ear hears what is said after it has joined, and nothing tells when that is: so mouth says it again.
  const mouth = start("client", `127.0.0.1:${port}`, "--name", "mouth").stdin.getWriter();
  const repeat = setInterval(() => void mouth.write(new TextEncoder().encode("hello\n")).catch(end), 250);
  const text = await heard;
  clearInterval(repeat);
  if (text !== "hello") throw new Error(`"hello" was heard as "${text}"`);
  end(undefined, `Smoke test passed: ${version}`);
} catch (error) {
  end(error);
}

function start(...args: string[]): Deno.ChildProcess {
  const child = new Deno.Command(executable, { args, stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
  children.push(child);
  return child;
}

/** What the first group of `pattern` is in the first line of the child's output that has it. */
async function find(child: Deno.ChildProcess, pattern: RegExp): Promise<string> {
  for await (const line of child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    const match = pattern.exec(line);
    if (match !== null) return match[1];
  }
  throw new Error(`"${executable}" ended without a line like ${pattern}`);
}

function end(error: unknown, message = `Smoke test failed: ${error}`): never {
  for (const child of children) {
    try {
      child.kill();
    } catch {
      // It has ended by itself.
    }
  }
  Deno.stdout.writeSync(new TextEncoder().encode(`${message}\n`));
  Deno.exit(error === undefined ? 0 : 1);
}
